import { containerWorkloadInfo } from '@toposcope/exporter/contract/container-families.js';
import { type Container, healthOf, isStopped, worst } from '../graph/containers';
import type { Controller } from '../graph/kubernetes/controllers';
import type { Kubernetes } from '../graph/kubernetes/kubernetes';
import type { Pod } from '../graph/kubernetes/pods';
import { containerNodeId, nodeId } from '../graph/node-id';
import type { NodeHealth } from '../graph/topology';
import type { Replicas, Workload } from '../graph/workloads';
import { anyOf, equals, type Matcher, selector } from '../promql/selector';
import { type ContainerGrouping, containerRelatives, distinct } from './container-groups';
import { type Counts, countsOf } from './controller-facts';
import { fact, plural } from './facts';
import { controllerRelatives } from './kube-facts';
import { standaloneContainer } from './standalone-container';
import { versionDrift } from './version-drift';

/** What a container runs for, at the top of the chain of what its orchestrator tells. */
export interface PlacedWorkload extends Workload {
  /** Of Kubernetes; empty where clusters are not told apart. */
  readonly cluster: string;
  readonly pod: Pod | undefined;
  readonly controller: Controller | undefined;
  /** Undefined where the orchestrator does not tell how many there should be. */
  readonly replicas: Replicas | undefined;
}

export function placed(
  own: Workload,
  pod: Pod | undefined,
  replicas: Replicas | undefined,
  { controllers }: Kubernetes,
): PlacedWorkload {
  const controller = pod && controllers.of(pod);
  const top = controller === undefined ? own : { ...own, kind: controller.type, name: controller.name };
  return { ...top, cluster: pod?.cluster ?? '', pod, controller, replicas };
}

/** The id of a workload's node. */
export function workloadNodeId({
  orchestrator,
  cluster,
  namespace,
  kind,
  name,
}: Pick<PlacedWorkload, 'orchestrator' | 'cluster' | 'namespace' | 'kind' | 'name'>): string {
  return nodeId('workload', orchestrator, ...(cluster === '' ? [] : [cluster]), namespace, kind, name);
}

/** @param empty Workloads that are shown though they may have no container that is, by their nodes' ids. */
export function byWorkload(
  workloadOf: (container: Container) => PlacedWorkload,
  empty: ReadonlyMap<string, PlacedWorkload>,
  scope: readonly Matcher[],
): ContainerGrouping {
  const shownOf = ([first]: readonly Container[], id: string) =>
    first === undefined ? empty.get(id) : workloadOf(first);
  return {
    empty: [...empty.keys()],
    idOf(container) {
      const workload = workloadOf(container);
      return isWorkload(workload) ? workloadNodeId(workload) : containerNodeId(container.host, container.id);
    },
    describe(members, id) {
      const shown = shownOf(members, id);
      if (shown === undefined || !isWorkload(shown)) {
        return standaloneContainer(members[0], id);
      }
      const { orchestrator, namespace, kind, controller, replicas } = shown;
      const running = members.filter((member) => !isStopped(member)).length;
      const images = distinct(members, ({ image }) => image);
      const hosts = distinct(members, ({ host }) => host);
      const counts = controller && countsOf(controller, podsOf(members, workloadOf));
      const health = replicas && replicasHealth(replicas, running, members);
      return {
        kind: 'workload',
        label: labelOf(shown),
        sublabel: sublabelOf(members.length, running, counts, replicas),
        group: groupOf(shown),
        ...(health === undefined ? {} : { health }),
        facts: [
          ...fact('orchestrator', 'Orchestrator', NAMES[orchestrator] ?? orchestrator),
          ...fact('cluster', 'Cluster', shown.cluster),
          ...fact('namespace', NAMESPACES[orchestrator] ?? 'Namespace', namespace),
          ...fact('workload_kind', 'Kind', kind),
          ...fact('workload', 'Workload', labelOf(shown)),
          ...fact('desired', 'Desired', textOf(counts?.desired ?? replicas?.desired)),
          ...fact('ready', 'Ready', textOf(counts?.ready)),
          ...fact('running', 'Running', String(replicas?.running ?? running)),
          ...fact('containers', 'Containers', String(members.length)),
          ...fact('instance', 'Instances', ...distinct(members, (member) => workloadOf(member).instance)),
          ...fact('image', images.length === 1 ? 'Image' : 'Images', ...images),
          ...versionDrift(members.map(({ image }) => image)),
          ...fact('host', hosts.length === 1 ? 'Host' : 'Hosts', ...hosts),
        ],
        relatives: [...controllerRelatives(controller ? [controller] : []), ...containerRelatives(members)],
      };
    },
    membersExpression(members, id) {
      const [first] = members;
      const { orchestrator, namespace, namespaceLabel, kind, name, pod } = shownOf(members, id) ?? NOTHING;
      if (pod !== undefined) {
        return selector(containerWorkloadInfo, [
          ...scope,
          equals('orchestrator', orchestrator),
          equals(namespaceLabel, namespace),
          ...anyOf(
            'workload',
            distinct(members, (member) => workloadOf(member).instance),
          ),
          ...anyOf(
            'host',
            distinct(members, ({ host }) => host),
          ),
        ]);
      }
      return selector(containerWorkloadInfo, [
        ...scope,
        ...(name === '' ? [equals('container_id', first?.id ?? '')] : []),
        equals('orchestrator', orchestrator),
        equals(namespaceLabel, namespace),
        equals('workload_kind', kind),
        equals('workload', name),
      ]);
    },
  };
}

function podsOf(
  members: readonly Container[],
  workloadOf: (container: Container) => PlacedWorkload,
): readonly Pod[] {
  return [...new Set(members.flatMap((member) => workloadOf(member).pod ?? []))];
}

/** Against what there should be, where somebody says that; else what there is. */
function sublabelOf(
  containers: number,
  running: number,
  counts: Counts | undefined,
  replicas: Replicas | undefined,
): string {
  if (counts?.desired !== undefined) {
    return `${counts.ready ?? 0} of ${counts.desired} ready`;
  }
  if (replicas?.desired !== undefined) {
    return `${replicas.running ?? running} of ${replicas.desired} running`;
  }
  return running === containers
    ? plural(running, 'container')
    : `${running} of ${plural(containers, 'container')} running`;
}

/** Undefined: as its containers are. */
function replicasHealth(
  { desired, running: told }: Replicas,
  seen: number,
  members: readonly Container[],
): NodeHealth | undefined {
  const running = told ?? seen;
  if (desired === undefined || running >= desired) {
    return desired === 0 && running === 0 ? 'stopped' : members.length === 0 ? 'ok' : undefined;
  }
  return running === 0 ? 'critical' : worst(['warning', ...members.map(healthOf)]);
}

function textOf(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

const NOTHING = {
  orchestrator: '',
  namespace: '',
  namespaceLabel: 'namespace',
  kind: '',
  name: '',
  pod: undefined,
};

/** How orchestrators are written, and what their namespaces are called. */
const NAMES: Readonly<Record<string, string>> = {
  compose: 'Compose',
  swarm: 'Swarm',
  kubernetes: 'Kubernetes',
  ecs: 'ECS',
  nomad: 'Nomad',
  mesos: 'Mesos',
  podman: 'Podman',
};
const NAMESPACES: Readonly<Record<string, string>> = {
  compose: 'Project',
  swarm: 'Stack',
  ecs: 'Cluster',
};

function isWorkload({ orchestrator, name }: Workload): boolean {
  return orchestrator !== 'none' && name !== '';
}

function groupOf({ orchestrator, cluster, namespace }: PlacedWorkload): string {
  return [NAMES[orchestrator] ?? orchestrator, cluster, namespace].filter((name) => name !== '').join(' · ');
}

/** Swarm writes the stack's name before the service's. */
function labelOf({ namespace, name }: Workload): string {
  const prefix = `${namespace}_`;
  return namespace !== '' && name.startsWith(prefix) && name !== prefix ? name.slice(prefix.length) : name;
}
