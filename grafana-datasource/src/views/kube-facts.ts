import type { Kubernetes } from '../graph/kubernetes/kubernetes';
import type { Controller } from '../graph/kubernetes/controllers';
import type { KubeObject } from '../graph/kubernetes/kube-objects';
import type { Pod } from '../graph/kubernetes/pods';
import type { Service } from '../graph/kubernetes/services';
import { compareText } from '../graph/order';
import type { Fact, Relative } from '../graph/topology';
import { fact, few } from './facts';
import { controllerNodeId, kubeNodeId, namespaceNodeId, podNodeId, serviceNodeId } from './kube-node-ids';
import { versionDrift } from './version-drift';

type Placed = Pick<KubeObject, 'cluster' | 'namespace'>;

/** Where an object is. */
export function placeFacts({ cluster, namespace }: Placed): readonly Fact[] {
  return [...fact('cluster', 'Cluster', cluster), ...fact('namespace', 'Namespace', namespace)];
}

/** Objects of one namespace of one cluster are kept together. */
export function groupOf({ cluster, namespace }: Placed): string {
  return [cluster, namespace].filter((name) => name !== '').join(' · ');
}

/** A second line that tells things of one name in several clusters apart. */
export function withCluster(cluster: string, text: string): string {
  return cluster === '' ? text : `${cluster} · ${text}`;
}

/** What the pods' containers run. */
export function imageFacts(pods: readonly Pod[], kubernetes: Kubernetes): readonly Fact[] {
  const references = pods.flatMap((pod) => imagesOf(pod, kubernetes));
  const images = [...new Set(references)].sort();
  return [
    ...fact('image', images.length === 1 ? 'Image' : 'Images', ...few(images)),
    ...versionDrift(references),
  ];
}

/** Of pods that all use their nodes' network, so that they have the nodes' addresses. */
export function hostNetworkFacts(pods: readonly Pod[]): readonly Fact[] {
  if (pods.length === 0 || !pods.every(({ usesHostNetwork }) => usesHostNetwork)) {
    return [];
  }
  const addresses = [...new Set(pods.map(({ ip }) => ip))].sort(compareText);
  return [
    ...fact('addresses', addresses.length === 1 ? 'Address' : 'Addresses', ...addresses),
    ...fact('host_network', 'Network', addresses.length === 1 ? 'the node’s' : 'the nodes’'),
  ];
}

/** How many of the pods have all their containers ready; undefined where nobody says it. */
export function readyPods(pods: readonly Pod[]): number | undefined {
  const told = pods.filter(({ containers }) => containers.some(({ isReady }) => isReady !== undefined));
  return told.length === 0 && pods.length > 0
    ? undefined
    : told.filter(({ containers }) => containers.every(({ isReady }) => isReady !== false)).length;
}

export function podRelatives(pods: readonly Pod[]): readonly Relative[] {
  return pods.map((pod) => ({ view: 'pods', id: podNodeId(pod), label: pod.name }));
}

export function controllerRelatives(controllers: Iterable<Controller>): readonly Relative[] {
  return [...new Set(controllers)].map((controller) => ({
    view: 'controllers',
    id: controllerNodeId(controller),
    label: controller.name,
  }));
}

export function serviceRelatives(services: Iterable<Service>): readonly Relative[] {
  return [...new Set(services)].map((service) => ({
    view: 'services',
    id: serviceNodeId(service),
    label: service.name,
  }));
}

export function namespaceRelative({ cluster, namespace }: Placed): readonly Relative[] {
  return namespace === ''
    ? []
    : [{ view: 'namespaces', id: namespaceNodeId(cluster, namespace), label: namespace }];
}

export function kubeNodeRelative(cluster: string, node: string): readonly Relative[] {
  return node === '' ? [] : [{ view: 'nodes', id: kubeNodeId(cluster, node), label: node }];
}

/** As the cluster says; else as the runtime does, without the sandbox. */
function imagesOf(pod: Pod, kubernetes: Kubernetes): readonly string[] {
  const recorded = pod.containers.map(({ image }) => image);
  const running = kubernetes
    .containersOf(pod)
    .filter(({ name }) => name !== 'POD')
    .map(({ image }) => image);
  return (recorded.length > 0 ? recorded : running).filter((image) => image !== '');
}
