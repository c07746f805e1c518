import { z } from 'zod';
import { containerId } from '../contract/ids.js';
import type { Container, ContainerState, PublishedPort } from './container.js';
import { workloadVariables } from './workload-variables.js';

const texts = z.record(z.string(), z.string());

const sandboxAnswer = z.object({
  status: z.object({
    id: z.string(),
    metadata: z.object({ name: z.string(), uid: z.string(), namespace: z.string() }),
    created_at: z.number(),
    network: z.object({ ip: z.string(), additional_ips: z.array(z.object({ ip: z.string() })) }).nullable(),
    linux: z
      .object({
        namespaces: z.object({ options: z.object({ network: z.coerce.string() }).nullable() }).nullable(),
      })
      .nullable(),
    labels: texts,
  }),
  info: texts,
});

const containerAnswer = z.object({
  status: z.object({
    id: z.string(),
    metadata: z.object({ name: z.string(), attempt: z.number() }),
    state: z.coerce.string(),
    created_at: z.number(),
    started_at: z.number(),
    exit_code: z.number(),
    image: z.object({ image: z.string(), user_specified_image: z.string() }).nullable(),
    image_ref: z.string(),
    labels: texts,
    annotations: texts,
    image_id: z.string(),
  }),
  info: texts,
});

/** What containerd and CRI-O both tell in the verbose `info` text of a container or sandbox. */
const verbose = z.object({
  pid: z.number().nullish(),
  image: z.string().nullish(),
  runtimeSpec: z
    .object({
      hostname: z.string().nullish(),
      process: z
        .object({ args: z.array(z.string()).nullish(), env: z.array(z.string()).nullish() })
        .nullish(),
    })
    .nullish(),
});
type Verbose = z.infer<typeof verbose>;

/** A pod's sandbox: what its containers share. */
export interface Sandbox {
  readonly id: string;
  /** Addresses of the pod; none where it uses the host's network. */
  readonly ips: readonly string[];
  readonly usesHostNetwork: boolean;
  readonly hostname: string;
  /** The kubelet's labels of the pod, made from its metadata where the runtime keeps none. */
  readonly podLabels: ReadonlyMap<string, string>;
  readonly createdSeconds: number;
  /** The process that holds the pod's namespaces; 0 where there is none, as in CRI-O. */
  readonly pid: number;
  readonly image: string;
  readonly command: string;
}

/**
 * Reads the verbose answer to PodSandboxStatus.
 * @throws when it is not one, with the path of the first field that does not fit
 */
export function parseSandbox(answer: unknown): Sandbox {
  const { status, info } = parse(sandboxAnswer, answer, 'pod sandbox');
  const { pid, image, runtimeSpec } = parseVerbose(info);
  const usesHostNetwork = status.linux?.namespaces?.options?.network === 'NODE';
  const ips = [status.network?.ip ?? '', ...(status.network?.additional_ips ?? []).map(({ ip }) => ip)];
  return {
    id: status.id,
    ips: usesHostNetwork ? [] : ips.filter((ip) => ip !== ''),
    usesHostNetwork,
    hostname: runtimeSpec?.hostname ?? '',
    podLabels: new Map([
      ['io.kubernetes.pod.name', status.metadata.name],
      ['io.kubernetes.pod.namespace', status.metadata.namespace],
      ['io.kubernetes.pod.uid', status.metadata.uid],
      ...Object.entries(status.labels),
    ]),
    createdSeconds: status.created_at / NANOSECONDS,
    pid: pid ?? 0,
    image: image ?? '',
    command: (runtimeSpec?.process?.args ?? []).join(' '),
  };
}

/**
 * The process that holds a pod's namespaces, as a container: it has a cgroup, and the pod's network is counted on it.
 * Undefined for a sandbox without a process, and where its id is not a container's.
 */
export function containerOfSandbox(sandbox: Sandbox, runtime: string): Container | undefined {
  const id = containerId(sandbox.id);
  if (id === undefined || sandbox.pid === 0) {
    return undefined;
  }
  return {
    id,
    fullId: sandbox.id,
    name: SANDBOX_NAME,
    image: sandbox.image,
    imageId: '',
    runtime,
    hostname: sandbox.hostname,
    command: sandbox.command,
    labels: new Map([['io.kubernetes.container.name', SANDBOX_NAME], ...sandbox.podLabels]),
    environment: new Map(),
    state: 'running',
    health: undefined,
    createdSeconds: sandbox.createdSeconds,
    startedSeconds: sandbox.createdSeconds,
    restarts: 0,
    exitCode: undefined,
    pid: sandbox.pid,
    networkMode: sandbox.usesHostNetwork ? 'host' : POD_NETWORK,
    addresses: sandbox.ips.map((ip) => ({ network: POD_NETWORK, ip })),
    ports: [],
  };
}

/** What the kubelet called it on Docker, and cAdvisor still does. */
const SANDBOX_NAME = 'POD';
const POD_NETWORK = 'pod';
const NANOSECONDS = 1e9;

/**
 * Reads the verbose answer to ContainerStatus; `sandbox` is its pod's, undefined when that is gone already. The pod's
 * network is its first process's: of a container that holds it in place of a sandbox, see {@link withPodNetwork}.
 * @throws when it is not one, with the path of the first field that does not fit
 */
export function parseCriContainer(answer: unknown, sandbox: Sandbox | undefined, runtime: string): Container {
  const { status, info } = parse(containerAnswer, answer, 'container');
  const id = containerId(status.id);
  if (id === undefined) {
    throw new Error(
      `The runtime described a container whose id is not 64 hex digits: ${JSON.stringify(status.id)}`,
    );
  }
  const { pid, runtimeSpec } = parseVerbose(info);
  const state = STATES[status.state] ?? 'dead';
  const startedSeconds = status.started_at > 0 ? status.started_at / NANOSECONDS : undefined;
  return {
    id,
    fullId: status.id,
    name: status.metadata.name,
    image: imageName(status.image, status.image_ref),
    imageId: status.image_id === '' ? status.image_ref : status.image_id,
    runtime,
    hostname: sandbox?.hostname ?? '',
    command: (runtimeSpec?.process?.args ?? []).join(' '),
    labels: new Map([...(sandbox?.podLabels ?? []), ...Object.entries(status.labels)]),
    environment: workloadVariables(runtimeSpec?.process?.env ?? []),
    state,
    health: undefined,
    createdSeconds: status.created_at / NANOSECONDS,
    startedSeconds,
    restarts: status.metadata.attempt,
    exitCode: state === 'exited' && startedSeconds !== undefined ? status.exit_code : undefined,
    pid: state === 'running' ? (pid ?? 0) : 0,
    networkMode: sandbox === undefined ? POD_NETWORK : networkModeIn(sandbox),
    addresses: (sandbox?.ips ?? []).map((ip) => ({ network: POD_NETWORK, ip })),
    ports: toPorts(status.annotations['io.kubernetes.container.ports'] ?? ''),
  };
}

const STATES: Readonly<Record<string, ContainerState>> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'dead',
};

function networkModeIn({ id, usesHostNetwork }: Sandbox): string {
  return usesHostNetwork ? 'host' : `container:${id}`;
}

/** As the user wrote it where the runtime remembers; containerd may know no better name than the id. */
function imageName(image: { image: string; user_specified_image: string } | null, reference: string): string {
  const names = [image?.user_specified_image ?? '', image?.image ?? '', reference];
  return names.find((name) => name !== '' && !IMAGE_ID.test(name)) ?? image?.image ?? reference;
}

/** CRI-O writes ids without their algorithm, as Docker prints them: whole, or the first 12 digits. */
const IMAGE_ID = /^(?:sha256:.*|[0-9a-f]{12}|[0-9a-f]{64})$/;

/** The kubelet's note of the container's ports (pkg/kubelet/kuberuntime, labels.go); those with a port of the host. */
const notedPorts = z.array(
  z.object({
    hostPort: z.number().nullish(),
    containerPort: z.number(),
    hostIP: z.string().nullish(),
    protocol: z.string().nullish(),
  }),
);

function toPorts(note: string): PublishedPort[] {
  const parsed = notedPorts.safeParse(parseJson(note));
  return (parsed.data ?? []).flatMap(({ hostPort, containerPort, hostIP, protocol }) => {
    const name = (protocol ?? 'TCP').toLowerCase();
    if (hostPort == null || hostPort === 0 || (name !== 'tcp' && name !== 'udp' && name !== 'sctp')) {
      return [];
    }
    const hostIp = hostIP == null || hostIP === '' ? '0.0.0.0' : hostIP;
    return [{ hostIp, hostPort, port: containerPort, protocol: name }];
  });
}

/** Where sandboxes have no process: the first container that runs in each pod, whose network is counted, by sandbox. */
export function networkHolders(
  containers: readonly Container[],
  sandboxes: ReadonlyMap<string, Sandbox>,
): Map<string, Container> {
  const holderOf = new Map<string, Container>();
  for (const container of containers) {
    const sandbox = sandboxes.get(container.networkMode.replace(/^container:/, ''));
    const known = sandbox && holderOf.get(sandbox.id);
    if (
      sandbox?.pid === 0 &&
      container.pid > 0 &&
      !(known && known.createdSeconds <= container.createdSeconds)
    ) {
      holderOf.set(sandbox.id, container);
    }
  }
  return holderOf;
}

/** As holder of its pod's network. */
export function withPodNetwork(container: Container): Container {
  return { ...container, networkMode: POD_NETWORK };
}

function parse<Schema extends z.ZodType>(schema: Schema, answer: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) {
    throw new Error(`The runtime described a ${what} in an unknown way: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

/** Empty where the runtime tells nothing, or not in this way: the rest is good without it. */
function parseVerbose(info: Readonly<Record<string, string>>): Verbose {
  return verbose.safeParse(parseJson(info.info ?? '')).data ?? {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
