/** The workload that a container belongs to, in the words of its orchestrator; empty where a word does not apply. */
export interface Workload {
  readonly orchestrator: 'compose' | 'swarm' | 'kubernetes' | 'none';
  /** Compose project, Swarm stack, Kubernetes namespace. */
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** Replica, task or pod. */
  readonly instance: string;
  readonly podUid: string;
}

const NONE: Workload = { orchestrator: 'none', namespace: '', kind: '', name: '', instance: '', podUid: '' };

/** Reads the labels that orchestrators put on their containers. The first orchestrator that knows the container wins. */
export function workloadOf(labels: ReadonlyMap<string, string>): Workload {
  return kubernetes(labels) ?? swarm(labels) ?? compose(labels) ?? NONE;
}

/** The kubelet's labels (pkg/kubelet/types). The pod's controller is kube-state-metrics' to tell. */
function kubernetes(labels: ReadonlyMap<string, string>): Workload | undefined {
  const pod = labels.get('io.kubernetes.pod.name');
  if (pod === undefined) {
    return undefined;
  }
  return {
    orchestrator: 'kubernetes',
    namespace: labels.get('io.kubernetes.pod.namespace') ?? '',
    kind: 'pod',
    name: pod,
    instance: pod,
    podUid: labels.get('io.kubernetes.pod.uid') ?? '',
  };
}

/** A task's name is `<service>.<slot>.<task id>`, for global services `<service>.<node id>.<task id>`. */
function swarm(labels: ReadonlyMap<string, string>): Workload | undefined {
  const service = labels.get('com.docker.swarm.service.name');
  if (service === undefined) {
    return undefined;
  }
  const task = labels.get('com.docker.swarm.task.name') ?? '';
  const slot = task.startsWith(`${service}.`) ? (task.slice(service.length + 1).split('.')[0] ?? '') : '';
  return {
    orchestrator: 'swarm',
    namespace: labels.get('com.docker.stack.namespace') ?? '',
    kind: 'service',
    name: service,
    instance: slot,
    podUid: '',
  };
}

/** docker-compose 1.x and the Compose plugin write the same labels; podman-compose too. */
function compose(labels: ReadonlyMap<string, string>): Workload | undefined {
  const service = labels.get('com.docker.compose.service');
  if (service === undefined) {
    return undefined;
  }
  return {
    orchestrator: 'compose',
    namespace: labels.get('com.docker.compose.project') ?? '',
    kind: 'service',
    name: service,
    instance: labels.get('com.docker.compose.container-number') ?? '',
    podUid: '',
  };
}
