import { podsBehind, type Service } from '../graph/kubernetes/services';
import type { Pod } from '../graph/kubernetes/pods';
import { CONTAINER_EDGES } from './edge-scopes';
import { podNodeId, serviceNodeId } from './kube-node-ids';
import { KUBE_OWNER_QUERIES, KUBE_PLACEMENT_QUERIES, KubePlacement } from './kube-placement';
import { podNode } from './pods';
import { serviceNode } from './service-node';
import type { View } from './view';

/**
 * A node a Service of Kubernetes. What is reached through a Service is that Service's; a pod is otherwise the first one's
 * that it is behind, and a pod behind none is a node of its own for an edge's sake.
 */
export const servicesView: View = {
  id: 'services',
  showsKubernetes: true,
  queries: [...KUBE_PLACEMENT_QUERIES, ...KUBE_OWNER_QUERIES],
  edges: CONTAINER_EDGES,
  *read(input, nodes) {
    const placement = yield* KubePlacement.read(input, nodes);
    const { kubernetes } = placement;
    const add = (service: Service) => {
      const id = serviceNodeId(service);
      return nodes.add(id, () => serviceNode(id, service, placement));
    };
    for (const service of kubernetes.services.values()) {
      const pods = podsBehind(service);
      if (placement.choosesObject(service.namespace) || pods.some((pod) => placement.chooses(pod))) {
        add(service);
      }
    }
    yield;
    return placement.placement((pod: Pod, dialled) => {
      const own = kubernetes.servicesOf(pod);
      const service = dialled !== undefined && own.includes(dialled) ? dialled : own[0];
      if (service !== undefined) {
        return add(service);
      }
      const id = podNodeId(pod);
      return nodes.add(id, () => podNode(id, pod, placement));
    }, add);
  },
};
