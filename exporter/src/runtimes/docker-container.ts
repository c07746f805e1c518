import { z } from 'zod';
import { containerId } from '../contract/ids.js';
import {
  CONTAINER_STATES,
  type Container,
  type ContainerAddress,
  type ContainerHealth,
  type ContainerState,
  type PublishedPort,
} from './container.js';
import { workloadVariables } from './workload-variables.js';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const record = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string(), value)
    .nullish()
    .transform((entries) => entries ?? {});

const health = z.object({ Status: text }).nullish();
const network = z.object({ IPAddress: text, GlobalIPv6Address: text }).nullish();
const binding = z.object({ HostIp: text, HostPort: text });

/**
 * What is read of `GET /containers/{id}/json` (Docker Engine API 1.24 to 1.5x, and Podman's answer to it). Only the
 * id must be there: engines leave out what does not apply, or send null.
 */
const inspection = z.object({
  Id: z.string(),
  Name: text,
  Created: text,
  Path: text,
  Args: z.array(z.string()).nullish(),
  Image: text,
  RestartCount: z.number().nullish(),
  State: z
    .object({
      Status: text,
      Pid: z.number().nullish(),
      ExitCode: z.number().nullish(),
      StartedAt: text,
      Health: health,
      Healthcheck: health,
    })
    .nullish(),
  Config: z
    .object({ Hostname: text, Image: text, Labels: record(z.string()), Env: z.array(z.string()).nullish() })
    .nullish(),
  HostConfig: z.object({ NetworkMode: text }).nullish(),
  NetworkSettings: z
    .object({ Networks: record(network), Ports: record(z.array(binding).nullish()) })
    .nullish(),
});
type Inspection = z.infer<typeof inspection>;

/**
 * Turns an engine's description into a container.
 * @throws when it is not one, with the path of the first field that does not fit
 */
export function parseContainer(answer: unknown, runtime: string): Container {
  const parsed = inspection.safeParse(answer);
  if (!parsed.success) {
    throw new Error(`The engine described a container in an unknown way: ${z.prettifyError(parsed.error)}`);
  }
  const found = parsed.data;
  const id = containerId(found.Id);
  if (id === undefined) {
    throw new Error(
      `The engine described a container whose id is not 64 hex digits: ${JSON.stringify(found.Id)}`,
    );
  }
  const state = toState(found.State?.Status ?? '');
  const startedSeconds = toSeconds(found.State?.StartedAt ?? '');
  const ended = (state === 'exited' || state === 'dead') && startedSeconds !== undefined;
  return {
    id,
    fullId: found.Id,
    name: found.Name.replace(/^\//, ''),
    image: found.Config?.Image ?? '',
    imageId: found.Image,
    runtime,
    hostname: found.Config?.Hostname ?? '',
    command: [found.Path, ...(found.Args ?? [])].join(' '),
    labels: new Map(Object.entries(found.Config?.Labels ?? {})),
    environment: workloadVariables(found.Config?.Env ?? []),
    state,
    health: toHealth(found),
    createdSeconds: toSeconds(found.Created) ?? 0,
    startedSeconds,
    restarts: found.RestartCount ?? 0,
    exitCode: ended ? (found.State?.ExitCode ?? undefined) : undefined,
    pid: found.State?.Pid ?? 0,
    networkMode: found.HostConfig?.NetworkMode ?? '',
    addresses: toAddresses(found),
    ports: toPorts(found),
  };
}

/** Podman knows states that Docker has no word for. */
const PODMAN_STATES: Readonly<Record<string, ContainerState>> = {
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
};

function toState(status: string): ContainerState {
  return CONTAINER_STATES.find((state) => state === status) ?? PODMAN_STATES[status] ?? 'created';
}

function toHealth(found: Inspection): ContainerHealth | undefined {
  const status = found.State?.Health?.Status ?? found.State?.Healthcheck?.Status;
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : undefined;
}

/** Unix seconds; undefined for Go's zero time, which stands for "never". */
function toSeconds(time: string): number | undefined {
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) || milliseconds <= 0 ? undefined : milliseconds / 1000;
}

function toAddresses(found: Inspection): ContainerAddress[] {
  return Object.entries(found.NetworkSettings?.Networks ?? {}).flatMap(([name, attached]) =>
    [attached?.IPAddress ?? '', attached?.GlobalIPv6Address ?? '']
      .filter((ip) => ip !== '')
      .map((ip) => ({ network: name, ip })),
  );
}

/**
 * Keys are `80/tcp`; the value is null for ports that the image exposes and nobody published. A binding that stands
 * there twice is one port.
 */
function toPorts(found: Inspection): PublishedPort[] {
  const ports = Object.entries(found.NetworkSettings?.Ports ?? {}).flatMap(([key, bindings]) => {
    const [port = '', protocol = 'tcp'] = key.split('/');
    if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') {
      return [];
    }
    return (bindings ?? [])
      .filter(({ HostPort }) => HostPort !== '')
      .map(({ HostIp, HostPort }): PublishedPort => ({
        hostIp: HostIp === '' ? '0.0.0.0' : HostIp,
        hostPort: Number(HostPort),
        port: Number(port),
        protocol,
      }));
  });
  return [...new Map(ports.map((port) => [Object.values(port).join(' '), port])).values()];
}
