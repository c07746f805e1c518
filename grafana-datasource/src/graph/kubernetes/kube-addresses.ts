import { DEFAULT_CLUSTER_LABEL } from '../../promql/kube-queries';
import type { KubernetesEndpoint } from '../endpoint';
import { compareText } from '../order';
import type { Steps } from '../steps';
import type { Vectors } from '../vectors';
import { type HostClusters, readHostClusters } from './host-clusters';
import { eachKubeRow, kubeKey } from './kube-objects';
import { isFinished, type Pod, readPods } from './pods';

type Place = Pick<KubernetesEndpoint, 'cluster' | 'namespace' | 'name'>;

/** Addresses that Kubernetes tells: of Services, of pods, of Nodes. */
export class KubeAddresses {
  readonly #clusters: HostClusters;
  /** By cluster and address. */
  readonly #services: ReadonlyMap<string, Place>;
  readonly #pods: ReadonlyMap<string, Place>;
  readonly #nodes: ReadonlyMap<string, Place>;
  /** Addresses that are reached from everywhere: load balancers', external ones. */
  readonly #external: ReadonlyMap<string, Place>;
  /** What a Service's ports lead to: numbers, or names that pods give them. */
  readonly #targetPorts: ReadonlyMap<string, string>;

  private constructor(
    clusters: HostClusters,
    services: ReadonlyMap<string, Place>,
    pods: ReadonlyMap<string, Place>,
    nodes: ReadonlyMap<string, Place>,
    external: ReadonlyMap<string, Place>,
    targetPorts: ReadonlyMap<string, string>,
  ) {
    this.#clusters = clusters;
    this.#services = services;
    this.#pods = pods;
    this.#nodes = nodes;
    this.#external = external;
    this.#targetPorts = targetPorts;
  }

  static *read(vectors: Vectors, clusterLabel = DEFAULT_CLUSTER_LABEL): Steps<KubeAddresses> {
    const services = new Owners();
    const external = new Owners();
    const targetPorts = new Map<string, string>();
    yield* eachKubeRow(vectors.kubeServices, clusterLabel, ({ family, cluster, read }) => {
      const place = { cluster, namespace: read('namespace'), name: read('service') };
      switch (family) {
        case 'kube_service_info':
          // A headless Service has the address None.
          services.add(cluster, read('cluster_ip').replace('None', ''), place);
          return;
        case 'kube_service_spec_external_ip':
          external.add('', read('external_ip'), place);
          return;
        case 'kube_service_status_load_balancer_ingress':
          external.add('', read('ip'), place);
          return;
        case 'kube_service_ports':
          targetPorts.set(portKey(place, read('port_protocol'), read('port_number')), read('port_target'));
          return;
      }
    });
    const pods = new Owners();
    for (const pod of (yield* readPods(vectors, clusterLabel)).values()) {
      // What has ended keeps its address, which may be another one's by now.
      if (!pod.usesHostNetwork && !isFinished(pod)) {
        pods.add(pod.cluster, pod.ip, { cluster: pod.cluster, namespace: pod.namespace, name: pod.name });
      }
    }
    const nodes = new Owners();
    yield* eachKubeRow(vectors.kubeNodes, clusterLabel, ({ cluster, read }) => {
      nodes.add(cluster, read('internal_ip'), { cluster, namespace: '', name: read('node') });
    });
    return new KubeAddresses(
      yield* readHostClusters(vectors, clusterLabel),
      services.single(),
      pods.single(),
      nodes.single(),
      external.single(),
      targetPorts,
    );
  }

  get clusters(): HostClusters {
    return this.#clusters;
  }

  /** The Service that has the address, as seen from the host. */
  service(ip: string, host: string): KubernetesEndpoint | undefined {
    const place = this.#seenFrom(host, ip, this.#services) ?? this.#external.get(addressKey('', ip));
    return place && { kind: 'service', ...place, ip };
  }

  /** The pod that has the address for itself, as seen from the host. */
  pod(ip: string, host: string): KubernetesEndpoint | undefined {
    const place = this.#seenFrom(host, ip, this.#pods);
    return place && { kind: 'pod', ...place, ip };
  }

  /** The Node that has the address: its pods on the host's network have the same, so that nothing more can be said. */
  node(ip: string, host: string): KubernetesEndpoint | undefined {
    const place = this.#seenFrom(host, ip, this.#nodes);
    return place && { kind: 'node', ...place, ip };
  }

  /** What a Service's port leads to: a number, or its pods' name for one; the same port where nobody says it. */
  targetPort(service: Place, protocol: string, port: string): string {
    return this.#targetPorts.get(portKey(service, protocol, port)) ?? port;
  }

  /** The pod that has the address for itself in the cluster. */
  podAt(cluster: string, ip: string, pods: ReadonlyMap<string, Pod>): Pod | undefined {
    const place = this.#pods.get(addressKey(cluster, ip));
    return place && pods.get(kubeKey(place.cluster, place.namespace, place.name));
  }

  #seenFrom(host: string, ip: string, places: ReadonlyMap<string, Place>): Place | undefined {
    const cluster = this.#clusters.of(host);
    return cluster === undefined ? undefined : places.get(addressKey(cluster, ip));
  }
}

/** Whose an address is; of two at once nobody's, since it cannot be told which is meant. */
class Owners {
  readonly #places = new Map<string, Map<string, Place>>();

  add(cluster: string, ip: string, place: Place): void {
    if (ip === '') {
      return;
    }
    const key = addressKey(cluster, ip);
    const known = this.#places.get(key);
    const name = kubeKey(place.cluster, place.namespace, place.name);
    if (known === undefined) {
      this.#places.set(key, new Map([[name, place]]));
    } else {
      known.set(name, place);
    }
  }

  single(): ReadonlyMap<string, Place> {
    const single = new Map<string, Place>();
    for (const [key, places] of [...this.#places].sort(([a], [b]) => compareText(a, b))) {
      const [first] = places.values();
      if (first !== undefined && places.size === 1) {
        single.set(key, first);
      }
    }
    return single;
  }
}

function portKey({ cluster, namespace, name }: Place, protocol: string, port: string): string {
  return `${kubeKey(cluster, namespace, name)}\n${protocol.toLowerCase()}/${port}`;
}

function addressKey(cluster: string, ip: string): string {
  return `${cluster}\n${ip}`;
}
