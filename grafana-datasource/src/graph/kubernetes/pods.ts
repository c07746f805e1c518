import { compareText } from '../order';
import type { Steps } from '../steps';
import type { Vectors } from '../vectors';
import { eachKubeRow, type KubeObject, kubeKey, readKubeObjects } from './kube-objects';

/** A pod. Texts are empty where nothing is said. */
export interface Pod {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
  /** It shares its node's addresses, so that an address does not tell it. */
  readonly usesHostNetwork: boolean;
  /** Pending, Running, Succeeded, Failed or Unknown. */
  readonly phase: string;
  /** Why it is not well, such as `CrashLoopBackOff` or `Evicted`. */
  readonly reasons: readonly string[];
  /** Unix seconds. */
  readonly created: number | undefined;
  readonly priorityClass: string;
  /** What controls it, such as a ReplicaSet. */
  readonly owner: Owner | undefined;
  readonly containers: readonly PodContainer[];
  /** False where only its containers tell of it. */
  readonly isRecorded: boolean;
}

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

export interface PodContainer {
  readonly name: string;
  /** The first twelve digits, as the exporter names containers; empty before it was made. */
  readonly id: string;
  readonly image: string;
  readonly isReady: boolean | undefined;
  readonly restarts: number | undefined;
}

/** All pods that kube-state-metrics knows, by `kubeKey`. Of two of one name the younger one is told. */
export function* readPods(vectors: Vectors, clusterLabel: string): Steps<Map<string, Pod>> {
  const containers = yield* readContainers(vectors, clusterLabel);
  const objects = yield* readKubeObjects([vectors.kubePods, vectors.kubePodStates], clusterLabel, 'pod');
  const pods = new Map<string, Pod>();
  for (const [key, object] of objects) {
    const [uid] = object
      .texts('kube_pod_info', (read) => read('uid'))
      .toSorted((a, b) => createdOf(object, b) - createdOf(object, a) || compareText(a, b));
    if (object.has('kube_pod_info')) {
      pods.set(key, podOf(object, uid ?? '', containers.get(`${key}\n${uid ?? ''}`) ?? []));
    }
  }
  return pods;
}

export function podKey({ cluster, namespace, name }: Pod): string {
  return kubeKey(cluster, namespace, name);
}

export function isFinished({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The first twelve digits of `containerd://…`. */
export function shortContainerId(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1).slice(0, 12);
}

function createdOf(object: KubeObject, uid: string): number {
  return object.number('kube_pod_created', (read) => read('uid') === uid) ?? 0;
}

function podOf(object: KubeObject, uid: string, containers: readonly PodContainer[]): Pod {
  const { cluster, namespace, name } = object;
  const isIt = (read: (name: string) => string) => read('uid') === uid;
  const info = (label: string) => object.text('kube_pod_info', label, isIt);
  const owner = { kind: present(info('created_by_kind')), name: present(info('created_by_name')) };
  return {
    cluster,
    namespace,
    name,
    uid,
    node: info('node'),
    ip: info('pod_ip'),
    // Releases before 2.0 do not say it.
    usesHostNetwork:
      info('host_network') === 'true' || (info('pod_ip') !== '' && info('pod_ip') === info('host_ip')),
    phase: object.text('kube_pod_status_phase', 'phase', isIt),
    reasons: [
      ...new Set([
        ...object.texts('kube_pod_status_reason', (read) => read('reason'), isIt),
        ...object.texts('kube_pod_container_status_waiting_reason', (read) => read('reason'), isIt),
      ]),
    ],
    created: object.number('kube_pod_created', isIt),
    priorityClass: info('priority_class'),
    owner: owner.kind === '' || owner.name === '' ? undefined : owner,
    containers,
    isRecorded: true,
  };
}

/** By the pod's `kubeKey` and uid. */
function* readContainers(
  vectors: Vectors,
  clusterLabel: string,
): Steps<ReadonlyMap<string, readonly PodContainer[]>> {
  const found = new Map<string, Map<string, PodContainer>>();
  yield* eachKubeRow(vectors.kubePodContainers, clusterLabel, ({ family, cluster, value, read }) => {
    const key = `${kubeKey(cluster, read('namespace'), read('pod'))}\n${read('uid')}`;
    let ofPod = found.get(key);
    if (ofPod === undefined) {
      ofPod = new Map();
      found.set(key, ofPod);
    }
    const name = read('container');
    const known = ofPod.get(name) ?? { name, id: '', image: '', isReady: undefined, restarts: undefined };
    ofPod.set(name, extended(known, family, value, read));
  });
  return new Map(
    [...found].map(([key, ofPod]) => [key, [...ofPod.values()].sort((a, b) => compareText(a.name, b.name))]),
  );
}

function extended(
  known: PodContainer,
  family: string,
  value: number,
  read: (name: string) => string,
): PodContainer {
  switch (family) {
    case 'kube_pod_container_status_ready':
      return { ...known, isReady: value === 1 };
    case 'kube_pod_container_status_restarts_total':
      return { ...known, restarts: Math.max(value, known.restarts ?? 0) };
    default: {
      // A container that was just restarted has two series until the old one is stale: in one order, whatever the rows'.
      const [id, image] = [shortContainerId(read('container_id')), read('image')];
      return compareText(id, known.id) > 0 || known.image === '' ? { ...known, id, image } : known;
    }
  }
}

/** kube-state-metrics writes `<none>` for what is not there, in some releases. */
function present(text: string): string {
  return text === '<none>' ? '' : text;
}
