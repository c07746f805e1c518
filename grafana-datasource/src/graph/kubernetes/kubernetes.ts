import { type Container, containerKey } from '../containers';
import { eachRow } from '../indexes';
import { compareText } from '../order';
import { ownLabel } from '../own-labels';
import type { Steps } from '../steps';
import type { Vectors } from '../vectors';
import { Controllers } from './controllers';
import type { KubeAddresses } from './kube-addresses';
import { kubeKey } from './kube-objects';
import { type Pod, podKey, readPods } from './pods';
import { podsBehind, readServices, type Service } from './services';

/** What Kubernetes runs, joined with the containers that the exporters see. */
export class Kubernetes {
  /** By `podKey`. */
  readonly pods: ReadonlyMap<string, Pod>;
  readonly controllers: Controllers;
  /** By `kubeKey`. */
  readonly services: ReadonlyMap<string, Service>;
  readonly #podOf: ReadonlyMap<string, Pod>;
  readonly #containers = new Map<string, Container[]>();
  readonly #servicesOf = new Map<string, Service[]>();

  private constructor(
    pods: ReadonlyMap<string, Pod>,
    podOf: ReadonlyMap<string, Pod>,
    controllers: Controllers,
    services: ReadonlyMap<string, Service>,
    containers: ReadonlyMap<string, Container>,
  ) {
    this.pods = pods;
    this.controllers = controllers;
    this.services = services;
    this.#podOf = podOf;
    for (const [key, pod] of podOf) {
      const container = containers.get(key);
      if (container !== undefined) {
        append(this.#containers, podKey(pod), container);
      }
    }
    for (const service of [...services.values()].sort((a, b) => compareText(a.name, b.name))) {
      for (const pod of podsBehind(service)) {
        append(this.#servicesOf, podKey(pod), service);
      }
    }
  }

  static *read(
    vectors: Vectors,
    containers: ReadonlyMap<string, Container>,
    addresses: KubeAddresses,
    clusterLabel: string,
  ): Steps<Kubernetes> {
    const recorded = yield* readPods(vectors, clusterLabel);
    const { pods, podOf } = yield* joinContainers(vectors, recorded, addresses);
    return new Kubernetes(
      pods,
      podOf,
      yield* Controllers.read(vectors, clusterLabel),
      yield* readServices(vectors, clusterLabel, pods, addresses),
      containers,
    );
  }

  /** The pod of a container; undefined where no Kubernetes runs it. */
  podAt(host: string, container: string): Pod | undefined {
    return this.#podOf.get(containerKey(host, container));
  }

  pod(cluster: string, namespace: string, name: string): Pod | undefined {
    return this.pods.get(kubeKey(cluster, namespace, name));
  }

  service(cluster: string, namespace: string, name: string): Service | undefined {
    return this.services.get(kubeKey(cluster, namespace, name));
  }

  containersOf(pod: Pod): readonly Container[] {
    return this.#containers.get(podKey(pod)) ?? [];
  }

  /** In the order of their names. */
  servicesOf(pod: Pod): readonly Service[] {
    return this.#servicesOf.get(podKey(pod)) ?? [];
  }
}

/**
 * Whose a container is: by the pod's uid, by the container's id, or by the pod's name in the host's cluster. A pod of a
 * node's own files has another uid for its kubelet than for the cluster.
 */
function* joinContainers(
  vectors: Vectors,
  recorded: ReadonlyMap<string, Pod>,
  addresses: KubeAddresses,
): Steps<{ pods: ReadonlyMap<string, Pod>; podOf: ReadonlyMap<string, Pod> }> {
  const byUid = new Map<string, Pod>();
  const byContainer = new Map<string, Pod>();
  for (const pod of recorded.values()) {
    byUid.set(pod.uid, pod);
    for (const { id } of pod.containers) {
      byContainer.set(id, pod);
    }
  }
  byUid.delete('');
  byContainer.delete('');
  const pods = new Map(recorded);
  const podOf = new Map<string, Pod>();
  yield* eachRow(vectors.containerWorkload, (read) => {
    const [host, id] = [read('host'), read('container_id')];
    const [namespace, name] = [ownLabel(read, 'namespace'), ownLabel(read, 'instance')];
    if (read('orchestrator') !== 'kubernetes' || host === '' || id === '') {
      return;
    }
    const uid = read('pod_uid');
    const cluster = addresses.clusters.of(host) ?? '';
    const key = kubeKey(cluster, namespace, name);
    const known = byUid.get(uid) ?? byContainer.get(id) ?? pods.get(key);
    if (known !== undefined) {
      podOf.set(containerKey(host, id), known);
    } else if (name !== '') {
      const pod = unrecorded({ cluster, namespace, name, uid, node: host });
      pods.set(key, pod);
      podOf.set(containerKey(host, id), pod);
    }
  });
  return { pods, podOf };
}

/** A pod that only its containers tell of. */
function unrecorded(names: Pick<Pod, 'cluster' | 'namespace' | 'name' | 'uid' | 'node'>): Pod {
  return {
    ...names,
    ip: '',
    usesHostNetwork: false,
    phase: '',
    reasons: [],
    created: undefined,
    priorityClass: '',
    owner: undefined,
    containers: [],
    isRecorded: false,
  };
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) {
    lists.set(key, [item]);
  } else {
    list.push(item);
  }
}
