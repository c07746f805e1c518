import {
  containerAddressInfo,
  containerCreated,
  containerExitCode,
  containerHealth,
  containerInfo,
  containerLabels,
  containerPortInfo,
  containerRestarts,
  containerStartTime,
  containerState,
  containerWorkloadInfo,
} from '../contract/container-families.js';
import type { Family } from '../contract/family.js';
import type { HostName } from '../contract/ids.js';
import { labelNameTail, renderLabels, withLabels, type RenderedLabels } from '../contract/labels.js';
import type { Container } from '../runtimes/container.js';
import { workloadOf } from '../runtimes/workload.js';
import type { SampleSink } from './collector.js';
import { maskSecrets } from './mask-secrets.js';

export interface IdentityOptions {
  readonly host: HostName;
  /** `--container.command` */
  readonly command: boolean;
  /** Names of `--container.labels`. */
  readonly allowedLabels: readonly string[];
}

export type IdentityWriter = (sink: SampleSink, containers: readonly Container[]) => void;

/**
 * Writes every family that says who a container is and how it stands. A runtime makes a new object of a container
 * that has changed: the samples of one object are rendered once.
 */
export function createIdentityWriter(options: IdentityOptions): IdentityWriter {
  const known = new WeakMap<Container, readonly (readonly Sample[])[]>();
  return (sink, containers) => {
    const found = containers.map((container) => {
      const samples = known.get(container) ?? FAMILIES.map(([, samplesOf]) => samplesOf(container, options));
      known.set(container, samples);
      return samples;
    });
    FAMILIES.forEach(([family], index) => {
      sink.family(family);
      for (const ofContainer of found) {
        for (const [labels, value] of ofContainer[index] ?? []) {
          sink.sample(labels, value);
        }
      }
    });
  };
}

type Sample = readonly [RenderedLabels, number];
type SamplesOf = (container: Container, options: IdentityOptions) => readonly Sample[];

/** In the order of the exposition. */
const FAMILIES: readonly (readonly [Family, SamplesOf])[] = [
  [containerInfo, (container, options) => [[infoLabels(container, options), 1]]],
  [containerWorkloadInfo, (container, { host }) => [[workloadLabels(container, host), 1]]],
  [containerLabels, (container, options) => [...allowedLabels(container, options)]],
  [
    containerAddressInfo,
    ({ id, addresses }, { host }) =>
      addresses.map(({ network, ip }) => [
        renderLabels(containerAddressInfo, { host, container_id: id, network, ip }),
        1,
      ]),
  ],
  [
    containerPortInfo,
    ({ id, ports }, { host }) =>
      ports.map(({ hostIp, hostPort, port, protocol }) => [
        renderLabels(containerPortInfo, {
          host,
          container_id: id,
          host_ip: hostIp,
          host_port: String(hostPort),
          port: String(port),
          protocol,
        }),
        1,
      ]),
  ],
  [
    containerState,
    ({ id, state }, { host }) => [[renderLabels(containerState, { host, container_id: id, state }), 1]],
  ],
  [
    containerHealth,
    ({ id, health }, { host }) =>
      health === undefined ? [] : [[renderLabels(containerHealth, { host, container_id: id, health }), 1]],
  ],
  number(containerCreated, ({ createdSeconds }) => (createdSeconds > 0 ? createdSeconds : undefined)),
  number(containerStartTime, ({ startedSeconds }) => startedSeconds),
  number(containerRestarts, ({ restarts }) => restarts),
  number(containerExitCode, ({ exitCode }) => exitCode),
];

function number(
  family: Family<'container_id'>,
  valueOf: (container: Container) => number | undefined,
): readonly [Family, SamplesOf] {
  return [
    family,
    (container, { host }) => {
      const value = valueOf(container);
      return value === undefined ? [] : [[renderLabels(family, { host, container_id: container.id }), value]];
    },
  ];
}

function infoLabels(container: Container, { host, command }: IdentityOptions): RenderedLabels {
  const { id, name, image, imageId, runtime, hostname } = container;
  const labels = renderLabels(containerInfo, {
    host,
    container_id: id,
    name,
    image,
    image_id: imageId,
    runtime,
    hostname,
  });
  return command ? withLabels(labels, [['command', maskSecrets(container.command.split(' '))]]) : labels;
}

function workloadLabels(container: Container, host: HostName): RenderedLabels {
  const workload = workloadOf(container);
  return renderLabels(containerWorkloadInfo, {
    host,
    container_id: container.id,
    orchestrator: workload.orchestrator,
    namespace: workload.namespace,
    workload_kind: workload.kind,
    workload: workload.name,
    instance: workload.instance,
    pod_uid: workload.podUid,
  });
}

/** Two labels whose names become the same (`a.b`, `a-b`) would make the series invalid: the first one is kept. */
function* allowedLabels(
  container: Container,
  options: IdentityOptions,
): Generator<readonly [RenderedLabels, number]> {
  const found = new Map<string, string>();
  for (const name of options.allowedLabels) {
    const value = container.labels.get(name);
    const label = `label_${labelNameTail(name)}`;
    if (value !== undefined && !found.has(label)) {
      found.set(label, value);
    }
  }
  if (found.size > 0) {
    const labels = renderLabels(containerLabels, { host: options.host, container_id: container.id });
    yield [withLabels(labels, found), 1];
  }
}
