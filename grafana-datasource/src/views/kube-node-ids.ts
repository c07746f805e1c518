import type { Controller } from '../graph/kubernetes/controllers';
import type { Pod } from '../graph/kubernetes/pods';
import type { Service } from '../graph/kubernetes/services';
import { nodeId } from '../graph/node-id';

/** The ids of the nodes of Kubernetes' objects, in whatever view they stand. */
export function podNodeId({ cluster, namespace, name }: Pod): string {
  return nodeId('pod', cluster, namespace, name);
}

export function controllerNodeId({ kind, type, cluster, namespace, name }: Controller): string {
  return kind === 'controller'
    ? nodeId(kind, type, cluster, namespace, name)
    : nodeId(kind, cluster, namespace, name);
}

export function serviceNodeId({ cluster, namespace, name }: Service): string {
  return nodeId('service', cluster, namespace, name);
}

export function namespaceNodeId(cluster: string, namespace: string): string {
  return nodeId('namespace', cluster, namespace);
}

export function kubeNodeId(cluster: string, node: string): string {
  return nodeId('node', cluster, node);
}
