import { worst } from '../graph/containers';
import { kubeKey, readKubeObjects, type KubeObject } from '../graph/kubernetes/kube-objects';
import type { Pod } from '../graph/kubernetes/pods';
import { compareText } from '../graph/order';
import type { NodeHealth, TopologyNode } from '../graph/topology';
import { DEFAULT_CLUSTER_LABEL } from '../promql/kube-queries';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, moment, plural } from './facts';
import { controllerRelatives, podRelatives, serviceRelatives, withCluster } from './kube-facts';
import { namespaceNodeId } from './kube-node-ids';
import {
  append,
  KUBE_OWNER_QUERIES,
  KUBE_PLACEMENT_QUERIES,
  KubePlacement,
  podHealth,
  sortedPods,
} from './kube-placement';
import type { View } from './view';

/** A node a namespace of Kubernetes, with all that runs in it. */
export const namespacesView: View = {
  id: 'namespaces',
  showsKubernetes: true,
  queries: [...KUBE_PLACEMENT_QUERIES, ...KUBE_OWNER_QUERIES, 'kubeNamespaces', 'kubeNamespaceStates'],
  edges: CONTAINER_EDGES,
  *read(input, nodes) {
    const { vectors, options } = input;
    const placement = yield* KubePlacement.read(input, nodes);
    const objects = yield* readKubeObjects(
      [vectors.kubeNamespaces, vectors.kubeNamespaceStates],
      options.clusterLabel ?? DEFAULT_CLUSTER_LABEL,
      'namespace',
    );
    const members = new Map<string, Pod[]>();
    for (const pod of sortedPods(placement.kubernetes.pods.values())) {
      const key = kubeKey(pod.cluster, pod.namespace, pod.namespace);
      append(members, key, pod);
    }
    yield;
    const add = (cluster: string, namespace: string) => {
      const id = namespaceNodeId(cluster, namespace);
      const key = kubeKey(cluster, namespace, namespace);
      const place = { id, cluster, namespace };
      return nodes.add(id, () => namespaceNode(place, objects.get(key), members.get(key) ?? [], placement));
    };
    for (const { cluster, namespace } of objects.values()) {
      if (placement.choosesObject(namespace)) {
        add(cluster, namespace);
      }
    }
    for (const pods of members.values()) {
      for (const { cluster, namespace } of pods.filter((pod) => placement.chooses(pod)).slice(0, 1)) {
        add(cluster, namespace);
      }
    }
    return placement.placement(
      ({ cluster, namespace }) => add(cluster, namespace),
      ({ cluster, namespace }) => add(cluster, namespace),
    );
  },
};

function namespaceNode(
  { id, cluster, namespace }: { id: string; cluster: string; namespace: string },
  object: KubeObject | undefined,
  pods: readonly Pod[],
  placement: KubePlacement,
): TopologyNode {
  const { controllers, services } = placement.kubernetes;
  const phase = object?.text('kube_namespace_status_phase', 'phase') ?? '';
  const here = [...services.values()]
    .filter((service) => service.cluster === cluster && service.namespace === namespace)
    .sort((a, b) => compareText(a.name, b.name));
  const own = new Set(pods.flatMap((pod) => controllers.of(pod) ?? []));
  return {
    id,
    kind: 'namespace',
    label: namespace,
    sublabel: withCluster(cluster, ['', 'Active'].includes(phase) ? plural(pods.length, 'pod') : phase),
    group: cluster,
    count: 1,
    health: healthOf(phase, pods, placement),
    facts: [
      ...fact('cluster', 'Cluster', cluster),
      ...fact('namespace', 'Namespace', namespace),
      ...fact('kind', 'Kind', 'Namespace'),
      ...fact('status', 'Status', phase),
      ...moment('created', 'Created', object?.number('kube_namespace_created')),
      ...fact('pods', 'Pods', String(pods.length)),
      ...fact('controllers', 'Controllers', String(own.size)),
      ...fact('services', 'Services', String(here.length)),
    ],
    metrics: placement.metricsOf(pods, true),
    relatives: [...controllerRelatives(own), ...serviceRelatives(here), ...podRelatives(pods)],
  };
}

function healthOf(phase: string, pods: readonly Pod[], placement: KubePlacement): NodeHealth {
  if (phase === 'Terminating') {
    return 'warning';
  }
  // Jobs that have ended say nothing of the namespace.
  const healths = pods.map((pod) => podHealth(pod, placement.containersOf([pod])));
  return pods.length === 0 ? 'unknown' : worst(healths);
}
