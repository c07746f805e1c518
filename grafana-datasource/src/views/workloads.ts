import type { Container } from '../graph/containers';
import { type Endpoint, localEndpoint } from '../graph/endpoint';
import type { Controller } from '../graph/kubernetes/controllers';
import { Kubernetes } from '../graph/kubernetes/kubernetes';
import type { Pod } from '../graph/kubernetes/pods';
import { podsBehind } from '../graph/kubernetes/services';
import { readReplicas, readWorkloads, type Replicas, workloadKey } from '../graph/workloads';
import { DEFAULT_CLUSTER_LABEL } from '../promql/kube-queries';
import { GROUP_QUERIES, placeGroups } from './container-groups';
import { CONTAINER_EDGES } from './edge-scopes';
import type { View, ViewInput } from './view';
import { byWorkload, placed, type PlacedWorkload, workloadNodeId } from './workload-grouping';

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
    'workloadDesired',
    'workloadRunning',
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
    const replicas = yield* readReplicas(vectors);
    const { clusterLabel = DEFAULT_CLUSTER_LABEL, scope } = options;
    const kubernetes = yield* Kubernetes.read(vectors, containers, book.kubernetes, clusterLabel);
    const workloadAt = ({ host, id }: Container) => {
      const own = workloadOf(host, id);
      return placed(own, kubernetes.podAt(host, id), replicas.get(workloadKey(own)), kubernetes);
    };
    const grouping = byWorkload(workloadAt, wanted(replicas, kubernetes, input), scope);
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

/** What should run, and is shown by itself though nothing of it may. */
function wanted(
  replicas: ReadonlyMap<string, Replicas>,
  kubernetes: Kubernetes,
  { options, selection }: ViewInput,
): ReadonlyMap<string, PlacedWorkload> {
  const workloads = [...replicas.values()]
    .filter(({ desired }) => desired !== undefined)
    .filter(({ desired }) => (desired === 0 ? options.stopped : options.running !== false))
    .filter(({ workload }) => selection.choosesObject(workload.namespace, []))
    .map((told) => placed(told.workload, undefined, told, kubernetes));
  return new Map(workloads.map((workload) => [workloadNodeId(workload), workload]));
}

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
  return workloadNodeId({ orchestrator: 'kubernetes', cluster, namespace, kind: type, name });
}
