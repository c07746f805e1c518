import { containerWorkloadInfo } from '@toposcope/exporter/contract/container-families.js';
import { type Container, isStopped } from '../graph/containers';
import { type Endpoint, localEndpoint } from '../graph/endpoint';
import type { Controller } from '../graph/kubernetes/controllers';
import { Kubernetes } from '../graph/kubernetes/kubernetes';
import type { Pod } from '../graph/kubernetes/pods';
import { podsBehind } from '../graph/kubernetes/services';
import { containerNodeId, nodeId } from '../graph/node-id';
import { readWorkloads, type Workload } from '../graph/workloads';
import { DEFAULT_CLUSTER_LABEL } from '../promql/kube-queries';
import { anyOf, equals, type Matcher, selector } from '../promql/selector';
import {
  type ContainerGrouping,
  containerRelatives,
  distinct,
  GROUP_QUERIES,
  placeGroups,
} from './container-groups';
import { type Counts, countsOf } from './controller-facts';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, plural } from './facts';
import { controllerRelatives } from './kube-facts';
import { standaloneContainer } from './standalone-container';
import { versionDrift } from './version-drift';
import type { View } from './view';

/**
 * A node what an orchestrator runs as one: a Compose or Swarm service, an ECS task's family, a controller of Kubernetes
 * where kube-state-metrics tells it, else a pod. Namespaces keep them together. Containers that no orchestrator runs are
 * shown one by one.
 */
export const workloadsView: View = {
  id: 'workloads',
  queries: [
    ...GROUP_QUERIES,
    'containerWorkload',
    'kubePods',
    'kubeReplicaSets',
    'kubeJobOwners',
    'kubeDeployments',
    'kubeDaemonSets',
    'kubeStatefulSets',
    'kubeEndpoints',
  ],
  edges: CONTAINER_EDGES,
  *read(input, nodes) {
    const { vectors, containers, book, options } = input;
    const workloadOf = yield* readWorkloads(vectors);
    const { clusterLabel = DEFAULT_CLUSTER_LABEL, scope } = options;
    const kubernetes = yield* Kubernetes.read(vectors, containers, book.kubernetes, clusterLabel);
    const workloadAt = ({ host, id }: Container) =>
      placed(workloadOf(host, id), kubernetes.podAt(host, id), kubernetes);
    const grouping = byWorkload(workloadAt, scope);
    const groups = yield* placeGroups(input, nodes, grouping);
    const memberOf = new Map<string, Container>();
    for (const container of containers.values()) {
      memberOf.set(grouping.idOf(container), container);
    }
    /** A pod on a Node without an exporter, or a Service of one workload's pods, is that workload, where it has containers. */
    const stead = (endpoint: Endpoint): Endpoint => {
      const controllers = podsOf(endpoint, kubernetes).map((pod) => kubernetes.controllers.of(pod));
      const [first] = controllers;
      const isOne = first !== undefined && controllers.every((controller) => controller === first);
      const member = isOne ? memberOf.get(controllerId(first)) : undefined;
      return member === undefined ? endpoint : localEndpoint(member.host, member.id, '');
    };
    return {
      ...groups,
      place: (endpoint) => groups.place(stead(endpoint)),
      // What stands for a container here is another one.
      keepsLoop: (ends) =>
        stead(ends.client) !== ends.client || stead(ends.server) !== ends.server || groups.keepsLoop(ends),
    };
  },
};

function podsOf(endpoint: Endpoint, kubernetes: Kubernetes): readonly Pod[] {
  if (endpoint.kind !== 'pod' && endpoint.kind !== 'service') {
    return [];
  }
  const { kind, cluster, namespace, name } = endpoint;
  const pod = kind === 'pod' ? kubernetes.pod(cluster, namespace, name) : undefined;
  const service = kind === 'service' ? kubernetes.service(cluster, namespace, name) : undefined;
  return service === undefined ? (pod === undefined ? [] : [pod]) : podsBehind(service, true);
}

function controllerId({ cluster, namespace, type, name }: Controller): string {
  return nodeId('workload', 'kubernetes', ...(cluster === '' ? [] : [cluster]), namespace, type, name);
}

/** What a container runs for, at the top of the chain of what Kubernetes knows. */
interface PlacedWorkload extends Workload {
  /** Of Kubernetes; empty where clusters are not told apart. */
  readonly cluster: string;
  readonly pod: Pod | undefined;
  readonly controller: Controller | undefined;
}

function placed(own: Workload, pod: Pod | undefined, { controllers }: Kubernetes): PlacedWorkload {
  const controller = pod && controllers.of(pod);
  const top = controller === undefined ? own : { ...own, kind: controller.type, name: controller.name };
  return { ...top, cluster: pod?.cluster ?? '', pod, controller };
}

function byWorkload(
  workloadOf: (container: Container) => PlacedWorkload,
  scope: readonly Matcher[],
): ContainerGrouping {
  return {
    idOf: (container) => workloadId(container, workloadOf(container)),
    describe(members, id) {
      const [first] = members;
      const shown = first === undefined ? undefined : workloadOf(first);
      if (first === undefined || shown === undefined || !isWorkload(shown)) {
        return standaloneContainer(first, id);
      }
      const { orchestrator, namespace, kind } = shown;
      const running = members.filter((member) => !isStopped(member)).length;
      const images = distinct(members, ({ image }) => image);
      const hosts = distinct(members, ({ host }) => host);
      const counts = countsFor(members, workloadOf);
      return {
        kind: 'workload',
        label: labelOf(shown),
        sublabel:
          counts?.desired !== undefined
            ? `${counts.ready ?? 0} of ${counts.desired} ready`
            : running === members.length
              ? plural(running, 'container')
              : `${running} of ${plural(members.length, 'container')} running`,
        group: groupOf(shown),
        facts: [
          ...fact('orchestrator', 'Orchestrator', NAMES[orchestrator] ?? orchestrator),
          ...fact('cluster', 'Cluster', shown.cluster),
          ...fact('namespace', NAMESPACES[orchestrator] ?? 'Namespace', namespace),
          ...fact('workload_kind', 'Kind', kind),
          ...fact('workload', 'Workload', labelOf(shown)),
          ...fact('desired', 'Desired', textOf(counts?.desired)),
          ...fact('ready', 'Ready', textOf(counts?.ready)),
          ...fact('running', 'Running', String(running)),
          ...fact('containers', 'Containers', String(members.length)),
          ...fact('instance', 'Instances', ...distinct(members, (member) => workloadOf(member).instance)),
          ...fact('image', images.length === 1 ? 'Image' : 'Images', ...images),
          ...versionDrift(members.map(({ image }) => image)),
          ...fact('host', hosts.length === 1 ? 'Host' : 'Hosts', ...hosts),
        ],
        relatives: [
          ...controllerRelatives(shown.controller ? [shown.controller] : []),
          ...containerRelatives(members),
        ],
      };
    },
    membersExpression(members) {
      const [first] = members;
      const shown = first === undefined ? undefined : workloadOf(first);
      const { orchestrator, namespace, namespaceLabel, kind, name } = shown ?? NOTHING;
      if (shown?.pod !== undefined) {
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
        ...(first === undefined || name === '' ? [equals('container_id', first?.id ?? '')] : []),
        equals('orchestrator', orchestrator),
        equals(namespaceLabel, namespace),
        equals('workload_kind', kind),
        equals('workload', name),
      ]);
    },
  };
}

/** As Kubernetes counts; of other orchestrators nobody says how many there should be. */
function countsFor(
  members: readonly Container[],
  workloadOf: (container: Container) => PlacedWorkload,
): Counts | undefined {
  const workloads = members.map(workloadOf);
  const [controller] = workloads.flatMap((workload) => workload.controller ?? []);
  const pods = new Set(workloads.flatMap(({ pod }) => pod ?? []));
  return controller && countsOf(controller, [...pods]);
}

function textOf(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

const NOTHING = { orchestrator: '', namespace: '', namespaceLabel: 'namespace', kind: '', name: '' };

/** How orchestrators are written, and what their namespaces are called. */
const NAMES: Readonly<Record<string, string>> = {
  compose: 'Compose',
  swarm: 'Swarm',
  kubernetes: 'Kubernetes',
  ecs: 'ECS',
  nomad: 'Nomad',
  mesos: 'Mesos',
};
const NAMESPACES: Readonly<Record<string, string>> = {
  compose: 'Project',
  swarm: 'Stack',
  ecs: 'Cluster',
};

function isWorkload({ orchestrator, name }: Workload): boolean {
  return orchestrator !== 'none' && name !== '';
}

function workloadId(container: Container, workload: PlacedWorkload): string {
  const { orchestrator, cluster, namespace, kind, name } = workload;
  return isWorkload(workload)
    ? nodeId('workload', orchestrator, ...(cluster === '' ? [] : [cluster]), namespace, kind, name)
    : containerNodeId(container.host, container.id);
}

function groupOf({ orchestrator, cluster, namespace }: PlacedWorkload): string {
  return [NAMES[orchestrator] ?? orchestrator, cluster, namespace].filter((name) => name !== '').join(' · ');
}

/** Swarm writes the stack's name before the service's. */
function labelOf({ namespace, name }: Workload): string {
  const prefix = `${namespace}_`;
  return namespace !== '' && name.startsWith(prefix) && name !== prefix ? name.slice(prefix.length) : name;
}
