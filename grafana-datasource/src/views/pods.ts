import { containerKey } from '../graph/containers';
import { textsBy } from '../graph/indexes';
import { type Pod } from '../graph/kubernetes/pods';
import { hostNodeId } from '../graph/node-id';
import { ROWS_A_STEP } from '../graph/steps';
import type { Fact, TopologyNode } from '../graph/topology';
import { containerRelatives } from './container-groups';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, moment } from './facts';
import {
  controllerRelatives,
  groupOf,
  imageFacts,
  kubeNodeRelative,
  namespaceRelative,
  placeFacts,
  serviceRelatives,
} from './kube-facts';
import { podNodeId } from './kube-node-ids';
import { KUBE_OWNER_QUERIES, KUBE_PLACEMENT_QUERIES, KubePlacement, podHealth } from './kube-placement';
import type { View } from './view';

/** A node a pod of Kubernetes, also where its node has no exporter. */
export const podsView: View = {
  id: 'pods',
  showsKubernetes: true,
  queries: [...KUBE_PLACEMENT_QUERIES, ...KUBE_OWNER_QUERIES],
  edges: CONTAINER_EDGES,
  *read(input, nodes) {
    const placement = yield* KubePlacement.read(input, nodes);
    const ports = yield* textsBy(input.vectors.listeners, ['host', 'container_id'], (read) =>
      read('port') === '' ? '' : `${read('port')}/${read('protocol')}`,
    );
    const portsOf = (pod: Pod) =>
      placement.kubernetes
        .containersOf(pod)
        .flatMap(({ host, id }) => ports.get(containerKey(host, id)) ?? []);
    const add = (pod: Pod) => {
      const id = podNodeId(pod);
      return nodes.add(id, () => podNode(id, pod, placement, portsOf(pod)));
    };
    let count = 0;
    for (const pod of placement.kubernetes.pods.values()) {
      if (placement.chooses(pod)) {
        add(pod);
      }
      if (++count % (ROWS_A_STEP / 8) === 0) {
        yield;
      }
    }
    return placement.placement(add);
  },
};

/** A pod's node, also where it is alone among wider nodes. */
export function podNode(
  id: string,
  pod: Pod,
  placement: KubePlacement,
  ports: readonly string[] = [],
): TopologyNode {
  const { kubernetes } = placement;
  const containers = placement.containersOf([pod]);
  const controller = kubernetes.controllers.of(pod);
  const services = kubernetes.servicesOf(pod);
  const hosts = [...new Set(containers.map(({ host }) => host))].sort();
  return {
    id,
    kind: 'pod',
    label: pod.name,
    sublabel: pod.reasons[0] ?? (['', 'Running'].includes(pod.phase) ? pod.node : pod.phase),
    group: groupOf(pod),
    count: 1,
    health: podHealth(pod, containers),
    facts: [
      ...placeFacts(pod),
      ...fact('kind', 'Kind', 'Pod'),
      ...fact('phase', 'Status', pod.phase),
      ...fact('reason', 'Reason', ...pod.reasons),
      ...readyFact(pod),
      ...fact('restarts', 'Restarts', ...restarts(pod)),
      ...moment('created', 'Created', pod.created),
      ...fact('addresses', 'Address', pod.ip),
      ...fact('host_network', 'Network', pod.usesHostNetwork ? 'the node’s' : ''),
      ...fact('ports', 'Ports', ...new Set(ports)),
      ...fact('controller', 'Controller', controller ? `${controller.type} ${controller.name}` : ''),
      ...fact('service', services.length === 1 ? 'Service' : 'Services', ...services.map(({ name }) => name)),
      ...fact('node', 'Node', pod.node),
      ...fact('priority_class', 'Priority', pod.priorityClass),
      ...imageFacts([pod], kubernetes),
      ...fact('uid', 'Uid', pod.uid),
    ],
    metrics: placement.metricsOf([pod]),
    relatives: [
      ...controllerRelatives(controller ? [controller] : []),
      ...serviceRelatives(services),
      ...namespaceRelative(pod),
      ...kubeNodeRelative(pod.cluster, pod.node),
      ...containerRelatives(containers),
      ...hosts.map((host) => ({ view: 'hosts', id: hostNodeId(host), label: host }) as const),
    ],
  };
}

function readyFact({ containers }: Pod): readonly Fact[] {
  const told = containers.filter(({ isReady }) => isReady !== undefined);
  return told.length === 0
    ? []
    : fact('ready', 'Ready', `${told.filter(({ isReady }) => isReady).length} of ${told.length}`);
}

function restarts({ containers }: Pod): readonly string[] {
  const told = containers.flatMap((container) => container.restarts ?? []);
  return told.length === 0 ? [] : [String(told.reduce((sum, count) => sum + count, 0))];
}
