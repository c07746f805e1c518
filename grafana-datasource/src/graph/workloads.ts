import { containerKey } from './containers';
import { eachRow, type Read } from './indexes';
import { ownLabel } from './own-labels';
import type { Steps } from './steps';
import type { Vectors } from './vectors';

/** What a container runs for, in the words of its orchestrator; texts are empty where a word does not apply. */
export interface Workload {
  /** `none` where nobody but the engine runs it. */
  readonly orchestrator: string;
  /** Compose project, Swarm stack, Kubernetes namespace. */
  readonly namespace: string;
  /** The label that the namespace was read from, for PromQL. */
  readonly namespaceLabel: 'namespace' | 'exported_namespace';
  readonly kind: string;
  readonly name: string;
  /** Replica, task or pod. */
  readonly instance: string;
}

const NO_WORKLOAD: Workload = {
  orchestrator: 'none',
  namespace: '',
  namespaceLabel: 'namespace',
  kind: '',
  name: '',
  instance: '',
};

/** Returns what tells the workload of a container. */
export function* readWorkloads(vectors: Vectors): Steps<(host: string, container: string) => Workload> {
  const workloads = new Map<string, Workload>();
  yield* eachRow(vectors.containerWorkload, (read) => {
    workloads.set(containerKey(read('host'), read('container_id')), workloadOf(read));
  });
  return (host, container) => workloads.get(containerKey(host, container)) ?? NO_WORKLOAD;
}

/** What an orchestrator wants of a workload and has of it, as it says itself. */
export interface Replicas {
  readonly workload: Workload;
  readonly desired: number | undefined;
  readonly running: number | undefined;
}

/**
 * The workloads whose orchestrator tells how many replicas there should be, by `workloadKey`: services of a Swarm. All
 * managers say the same; just now, the greater number.
 */
export function* readReplicas(vectors: Vectors): Steps<ReadonlyMap<string, Replicas>> {
  const known = new Map<string, Replicas>();
  for (const [name, vector] of [
    ['desired', vectors.workloadDesired],
    ['running', vectors.workloadRunning],
  ] as const) {
    yield* eachRow(vector, (read, value) => {
      const workload = workloadOf(read);
      const key = workloadKey(workload);
      const before = known.get(key) ?? { workload, desired: undefined, running: undefined };
      if (value !== undefined) {
        known.set(key, { ...before, [name]: Math.max(value, before[name] ?? 0) });
      }
    });
  }
  return known;
}

export function workloadKey({ orchestrator, namespace, kind, name }: Workload): string {
  return `${orchestrator}\n${namespace}\n${kind}\n${name}`;
}

function workloadOf(read: Read): Workload {
  return {
    orchestrator: read('orchestrator') === '' ? 'none' : read('orchestrator'),
    namespace: ownLabel(read, 'namespace'),
    namespaceLabel: read('exported_namespace') === '' ? 'namespace' : 'exported_namespace',
    kind: read('workload_kind'),
    name: read('workload'),
    instance: ownLabel(read, 'instance'),
  };
}
