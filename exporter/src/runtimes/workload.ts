import type { PodmanPod } from './container.js';

/** The workload that a container belongs to, in the words of its orchestrator; empty where a word does not apply. */
export interface Workload {
  readonly orchestrator: 'kubernetes' | 'ecs' | 'nomad' | 'mesos' | 'swarm' | 'compose' | 'podman' | 'none';
  /** Kubernetes or Nomad namespace, ECS cluster, Marathon group, Swarm stack, Compose project. */
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** Replica, task, allocation or pod. */
  readonly instance: string;
  readonly podUid: string;
}

/** What tells a container's workload. */
export interface WorkloadSource {
  readonly labels: ReadonlyMap<string, string>;
  /** Of {@link workloadVariables}. */
  readonly environment: ReadonlyMap<string, string>;
  readonly pod?: PodmanPod;
}

type Read = (name: string) => string;
/** Of a container that the orchestrator does not know, the name is empty. */
type Found = Partial<Workload> & Pick<Workload, 'orchestrator' | 'name'>;

const NONE = { orchestrator: 'none', namespace: '', kind: '', name: '', instance: '', podUid: '' } as const;

/**
 * In this order: what places containers on hosts before what may run on any host, since images and templates carry
 * Compose's labels along, and a Swarm may stand on hosts that another orchestrator owns.
 */
const ORCHESTRATORS = [kubernetes, ecs, nomad, mesos, swarm, compose] as const;

/**
 * Reads the labels and variables that orchestrators give their containers. The first orchestrator in the order above
 * that names a workload has it, and else Podman's pod, which podman-compose makes for whole projects. A label without a
 * value is taken for none.
 */
export function workloadOf({ labels, environment, pod }: WorkloadSource): Workload {
  const label: Read = (name) => word(labels.get(name));
  const variable: Read = (name) => word(environment.get(name));
  for (const read of ORCHESTRATORS) {
    const found = read(label, variable);
    if (found.name !== '') {
      return { ...NONE, ...found };
    }
  }
  return pod === undefined ? NONE : { ...NONE, ...podman(pod) };
}

/**
 * What is odd about what a container says of its workload, in words for the log: several orchestrators that name one, or one
 * that names none, and labels or variables that are empty or were cut. Empty where nothing is.
 */
export function workloadDoubts({ labels, environment }: WorkloadSource): string[] {
  const empty = new Set<string>();
  const cut = new Set<string>();
  const readFrom =
    (source: ReadonlyMap<string, string>): Read =>
    (name) => {
      const text = source.get(name);
      const read = word(text);
      if (text !== undefined && read !== text) {
        (read === '' ? empty : cut).add(name);
      } else if (text === '') {
        empty.add(name);
      }
      return read;
    };
  const found = ORCHESTRATORS.map((read) => read(readFrom(labels), readFrom(environment)));
  const names = found.filter(({ name }) => name !== '').map(({ orchestrator }) => orchestrator);
  const nameless = found.filter(({ name, namespace = '' }) => name === '' && namespace !== '');
  return [
    ...nameless.map(
      ({ orchestrator, namespace = '' }) =>
        `it has words of ${orchestrator} (${namespace}) and none that names a workload`,
    ),
    ...(names.length > 1
      ? [`it has words of ${names.join(' and ')}, and is taken for one of ${names[0]}`]
      : []),
    ...[...empty].map((name) => `${name} has no value and is left out`),
    ...[...cut].map(
      (name) => `${name} cannot be a name and is cut to one line of ${LONGEST_WORD} characters`,
    ),
  ];
}

/** The kubelet's labels (pkg/kubelet/types). The pod's controller is kube-state-metrics' to tell. */
function kubernetes(label: Read): Found {
  const pod = label('io.kubernetes.pod.name');
  return {
    orchestrator: 'kubernetes',
    namespace: label('io.kubernetes.pod.namespace'),
    kind: 'pod',
    name: pod,
    instance: pod,
    podUid: label('io.kubernetes.pod.uid'),
  };
}

/** The ECS agent's labels. A task's name is the last part of its ARN; cluster names may be ARNs, too. */
function ecs(label: Read): Found {
  return {
    orchestrator: 'ecs',
    namespace: lastPart(label('com.amazonaws.ecs.cluster')),
    kind: 'task',
    name: label('com.amazonaws.ecs.task-definition-family'),
    instance: lastPart(label('com.amazonaws.ecs.task-arn')),
  };
}

/**
 * Nomad's variables, and the labels that its Docker driver writes when `extra_labels` asks for them. A job's groups are
 * scaled one by one, so that a workload is a group with its job; an allocation runs each of its tasks once.
 */
function nomad(label: Read, variable: Read): Found {
  const of = (variableName: string, labelName: string) =>
    variable(variableName) || label(`com.hashicorp.nomad.${labelName}`);
  const job = of('NOMAD_JOB_NAME', 'job_name') || of('NOMAD_JOB_ID', 'job_id');
  const group = of('NOMAD_GROUP_NAME', 'task_group_name');
  const task = of('NOMAD_TASK_NAME', 'task_name');
  const allocation = variable('NOMAD_ALLOC_INDEX') || of('NOMAD_ALLOC_ID', 'alloc_id').slice(0, 8);
  return {
    orchestrator: 'nomad',
    namespace: of('NOMAD_NAMESPACE', 'namespace'),
    kind: 'group',
    name: job === '' || group === '' ? job : `${job}.${group}`,
    instance: [allocation, task].filter((part) => part !== '').join('.'),
  };
}

/** Marathon's variables: an app's id is a path, its groups first. Other frameworks' tasks have their id only. */
function mesos(label: Read, variable: Read): Found {
  const task = variable('MESOS_TASK_ID') || label('MESOS_TASK_ID');
  const app = variable('MARATHON_APP_ID')
    .split('/')
    .filter((part) => part !== '');
  return app.length === 0
    ? { orchestrator: 'mesos', kind: 'task', name: task, instance: task }
    : {
        orchestrator: 'mesos',
        namespace: app.slice(0, -1).join('/'),
        kind: 'app',
        name: app.at(-1) ?? '',
        instance: task,
      };
}

/** A task's name is `<service>.<slot>.<task id>`, for global services `<service>.<node id>.<task id>`. */
function swarm(label: Read): Found {
  const service = label('com.docker.swarm.service.name');
  const task = label('com.docker.swarm.task.name');
  return {
    orchestrator: 'swarm',
    namespace: label('com.docker.stack.namespace'),
    kind: 'service',
    name: service,
    instance: task.startsWith(`${service}.`) ? (task.slice(service.length + 1).split('.')[0] ?? '') : '',
  };
}

/** docker-compose 1.x and the Compose plugin write the same labels; podman-compose too. */
function compose(label: Read): Found {
  return {
    orchestrator: 'compose',
    namespace: label('com.docker.compose.project'),
    kind: 'service',
    name: label('com.docker.compose.service'),
    instance: label('com.docker.compose.container-number'),
  };
}

function podman({ id, name }: PodmanPod): Found {
  return { orchestrator: 'podman', kind: 'pod', name: word(name), instance: word(name), podUid: id };
}

/** Longer than any orchestrator's names: DNS names end at 253, ARNs at 2048 but not in their last part. */
const LONGEST_WORD = 255;

/** Anybody may write any label: what cannot be a name is cut to one line of bearable length. */
function word(text: string | undefined): string {
  const clean = (text ?? '').replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return clean.length > LONGEST_WORD ? `${clean.slice(0, LONGEST_WORD - 1)}…` : clean;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
