import { containerWorkloadInfo } from '@toposcope/exporter/contract/container-families.js';
import { type Container, containerKey, healthOf, unknownContainer, worst } from '../graph/containers';
import type { Endpoint, KubernetesEndpoint } from '../graph/endpoint';
import { Kubernetes } from '../graph/kubernetes/kubernetes';
import { isFinished, type Pod, podKey } from '../graph/kubernetes/pods';
import { podsBehind, type Service } from '../graph/kubernetes/services';
import { containerNodeId, edgeId } from '../graph/node-id';
import type { NodeSet } from '../graph/node-set';
import { outsideId, outsideNode } from '../graph/outside-nodes';
import type { Steps } from '../graph/steps';
import type { Metric, NodeHealth, TopologyEdge } from '../graph/topology';
import { NO_TRAFFIC } from '../graph/traffic';
import { DEFAULT_CLUSTER_LABEL } from '../promql/kube-queries';
import type { QueryId } from '../promql/queries';
import { ownSeries } from '../promql/own-labels';
import { anyOf, equals, type Matcher } from '../promql/selector';
import { byName, GROUP_QUERIES, groupExpressions } from './container-groups';
import { ContainerNumbers } from './container-metrics';
import { serviceNodeId } from './kube-node-ids';
import { rememberPlaces } from './known-places';
import { serviceNode } from './service-node';
import { standaloneNode } from './standalone-container';
import type { Placement, ViewInput } from './view';

/** What `KubePlacement` needs, besides what every view asks for. */
export const KUBE_PLACEMENT_QUERIES: readonly QueryId[] = [
  ...GROUP_QUERIES,
  'containerWorkload',
  'kubePods',
  'kubePodStates',
  'kubePodContainers',
  'kubeEndpoints',
  'kubeNodes',
];

/** What makes a pod's controller known. */
export const KUBE_OWNER_QUERIES: readonly QueryId[] = ['kubeReplicaSets', 'kubeJobOwners', 'kubeDeployments'];

/** Above so many pods an expression means all of their namespaces, since naming them would be too long to be sent. */
const MOST_NAMED_PODS = 40;

/** The nodes of a view of Kubernetes' objects: each pod belongs to one node. */
export class KubePlacement {
  readonly kubernetes: Kubernetes;
  readonly #input: ViewInput;
  readonly #nodes: NodeSet;
  readonly #numbers: ContainerNumbers;
  readonly #memberships = new Map<string, TopologyEdge>();

  private constructor(kubernetes: Kubernetes, input: ViewInput, nodes: NodeSet, numbers: ContainerNumbers) {
    this.kubernetes = kubernetes;
    this.#input = input;
    this.#nodes = nodes;
    this.#numbers = numbers;
  }

  static *read(input: ViewInput, nodes: NodeSet): Steps<KubePlacement> {
    const { vectors, containers, book, options } = input;
    const { clusterLabel = DEFAULT_CLUSTER_LABEL } = options;
    const kubernetes = yield* Kubernetes.read(vectors, containers, book.kubernetes, clusterLabel);
    return new KubePlacement(kubernetes, input, nodes, yield* ContainerNumbers.read(vectors));
  }

  /**
   * Places what talks: pods where the view says, other containers one by one. A Service that was dialled, and behind
   * which is only one node of the view, is that node; else it is a node with what is behind it.
   */
  placement(
    placePod: (pod: Pod, dialled?: Service) => string,
    placeService: (service: Service) => string = (service) => this.#placeService(service, placePod),
  ): Placement {
    const { containers } = this.#input;
    const placeContainer = rememberPlaces((host, id) => {
      const pod = this.kubernetes.podAt(host, id);
      if (pod !== undefined) {
        return placePod(pod);
      }
      const place = containerNodeId(host, id);
      return this.#nodes.add(place, () =>
        standaloneNode(containers.get(containerKey(host, id)) ?? unknownContainer(host, id), place),
      );
    });
    // A Service is dialled by many, and may have many pods.
    const places = new Map<Service, string>();
    const placeOnce = (service: Service): string => {
      const place = places.get(service) ?? placeService(service);
      places.set(service, place);
      return place;
    };
    const placeKubernetes = (endpoint: KubernetesEndpoint): string => {
      const { cluster, namespace, name } = endpoint;
      const service = this.kubernetes.service(cluster, namespace, name);
      const pod = this.kubernetes.pod(cluster, namespace, name);
      if (endpoint.kind === 'service' && service !== undefined) {
        return placeOnce(service);
      }
      return endpoint.kind === 'pod' && pod !== undefined
        ? placePod(pod)
        : this.#nodes.add(outsideId(endpoint), () => outsideNode(endpoint));
    };
    const podOf = (end: Endpoint): Pod | undefined =>
      end.kind === 'container'
        ? this.kubernetes.podAt(end.host, end.container)
        : end.kind === 'pod'
          ? this.kubernetes.pod(end.cluster, end.namespace, end.name)
          : undefined;
    const memberships = this.#memberships;
    return {
      place: (endpoint, dialled) => {
        switch (endpoint.kind) {
          case 'container': {
            const service =
              dialled && this.kubernetes.service(dialled.cluster, dialled.namespace, dialled.name);
            const pod = service && this.kubernetes.podAt(endpoint.host, endpoint.container);
            return pod === undefined
              ? placeContainer(endpoint.host, endpoint.container)
              : placePod(pod, service);
          }
          case 'host':
            return this.#nodes.addUncontained(endpoint.host);
          case 'service':
          case 'pod':
          case 'node':
            return placeKubernetes(endpoint);
          case 'internet':
          case 'external':
          case 'unmanaged':
          case 'ambiguous':
          case 'overflow':
            return this.#nodes.addOutside(endpoint);
        }
      },
      /** Pods of one node that talk to each other are worth an edge; one that talks to itself is not. */
      keepsLoop: ({ client, server }) => {
        const [from, to] = [podOf(client), podOf(server)];
        return from !== undefined && (server.kind === 'service' || (to !== undefined && from !== to));
      },
      get edges() {
        return [...memberships.values()];
      },
    };
  }

  /** Says that one thing belongs to another; both are in the node set. */
  join(source: string, target: string): void {
    const id = edgeId(source, target);
    this.#memberships.set(id, {
      id,
      source,
      target,
      traffic: NO_TRAFFIC,
      links: [],
      expr: '',
      kind: 'membership',
    });
  }

  /** Whether the pod is in the picture by itself. */
  chooses(pod: Pod): boolean {
    const { selection, options } = this.#input;
    if (isFinished(pod) ? !options.stopped : options.running === false) {
      return false;
    }
    const containers = this.kubernetes.containersOf(pod);
    if (containers.some((container) => selection.chooses(container))) {
      return true;
    }
    const hosts = [pod.node, ...containers.map(({ host }) => host)];
    return pod.isRecorded && selection.choosesObject(pod.namespace, hosts);
  }

  /** Whether an object without pods of its own is. */
  choosesObject(namespace: string): boolean {
    const { selection } = this.#input;
    return selection.choosesObject(namespace, []);
  }

  /** The containers of the pods that are shown, in the order of their names. */
  containersOf(pods: readonly Pod[]): readonly Container[] {
    return pods
      .flatMap((pod) => this.kubernetes.containersOf(pod))
      .filter((container) => this.#input.selection.shows(container))
      .sort(byName);
  }

  /** The sums over the pods' containers; none where no exporter sees any. `all`: the pods are all of their namespace. */
  metricsOf(pods: readonly Pod[], all = false): readonly Metric[] {
    const containers = this.containersOf(pods);
    if (containers.length === 0) {
      // Eleven lines that say nothing help nobody.
      return [];
    }
    const { scope } = this.#input.options;
    const names = all || pods.length > MOST_NAMED_PODS ? [] : distinct(pods, ({ name }) => name);
    const info = ownSeries(
      containerWorkloadInfo,
      [
        ...scope,
        equals('orchestrator', 'kubernetes'),
        ...this.#clusterOf(containers),
        // By the name, since a pod of a node's own files has another uid for its kubelet.
        ...anyOf('workload', names),
      ],
      'namespace',
      distinct(pods, ({ namespace }) => namespace),
    );
    return this.#numbers.ofGroup(
      containers.map(({ host, id }) => containerKey(host, id)),
      groupExpressions(containers, info, scope),
    );
  }

  /** What tells the containers' series from those of other clusters: the cluster's label, else their hosts. */
  #clusterOf(containers: readonly Container[]): readonly Matcher[] {
    const { clusterLabel = DEFAULT_CLUSTER_LABEL } = this.#input.options;
    const { clusters } = this.#input.book.kubernetes;
    const hosts = [...new Set(containers.map(({ host }) => host))].sort();
    const names = new Set(hosts.map((host) => (clusters.isLabelled(host) ? clusters.of(host) : undefined)));
    const [cluster] = names;
    return names.size === 1 && cluster !== undefined ? [equals(clusterLabel, cluster)] : anyOf('host', hosts);
  }

  #placeService(service: Service, placePod: (pod: Pod) => string): string {
    const places = [...new Set(podsBehind(service, true).map((pod) => placePod(pod)))];
    const [only] = places;
    if (only !== undefined && places.length === 1) {
      return only;
    }
    const id = serviceNodeId(service);
    this.#nodes.add(id, () => serviceNode(id, service, this));
    for (const place of places) {
      this.join(place, id);
    }
    return id;
  }
}

/** Reasons to wait that pass by themselves. */
const PASSING = new Set(['ContainerCreating', 'PodInitializing', 'SchedulingGated']);

export function podHealth(pod: Pod, containers: readonly Container[]): NodeHealth {
  switch (pod.phase) {
    case 'Failed':
      return 'critical';
    case 'Succeeded':
      return 'stopped';
    case 'Pending':
      return hasTrouble(pod) ? 'critical' : 'warning';
    case 'Running':
      return hasTrouble(pod)
        ? 'critical'
        : pod.containers.some(({ isReady }) => isReady === false)
          ? 'warning'
          : worst(['ok', ...containers.map(healthOf)]);
    default:
      return containers.length === 0 ? 'unknown' : worst(containers.map(healthOf));
  }
}

/** The pods by their keys, in the order of their names. */
export function sortedPods(pods: Iterable<Pod>): readonly Pod[] {
  return [...pods].sort((a, b) => (podKey(a) < podKey(b) ? -1 : 1));
}

function hasTrouble({ reasons }: Pod): boolean {
  return reasons.some((reason) => !PASSING.has(reason));
}

function distinct(pods: readonly Pod[], read: (pod: Pod) => string): readonly string[] {
  return [...new Set(pods.map(read))].sort();
}

/** Adds a pod to those of a key. */
export function append<Key>(lists: Map<Key, Pod[]>, key: Key, pod: Pod): void {
  const list = lists.get(key);
  if (list === undefined) {
    lists.set(key, [pod]);
  } else {
    list.push(pod);
  }
}
