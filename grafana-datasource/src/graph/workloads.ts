import { containerKey } from './containers';
import { eachRow } from './indexes';
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
    workloads.set(containerKey(read('host'), read('container_id')), {
      orchestrator: read('orchestrator') === '' ? 'none' : read('orchestrator'),
      namespace: ownLabel(read, 'namespace'),
      namespaceLabel: read('exported_namespace') === '' ? 'namespace' : 'exported_namespace',
      kind: read('workload_kind'),
      name: read('workload'),
      instance: ownLabel(read, 'instance'),
    });
  });
  return (host, container) => workloads.get(containerKey(host, container)) ?? NO_WORKLOAD;
}
