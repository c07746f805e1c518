import { kubeKey, type KubeObject, readKubeObjects } from '../graph/kubernetes/kube-objects';
import type { Pod } from '../graph/kubernetes/pods';
import { nodeId } from '../graph/node-id';
import type { Steps } from '../graph/steps';
import type { Fact, NodeHealth, Relative, TopologyNode } from '../graph/topology';
import { DEFAULT_CLUSTER_LABEL } from '../promql/kube-queries';
import { bytesText } from './bytes-text';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, moment } from './facts';
import { groupOf, namespaceRelative, placeFacts, podRelatives } from './kube-facts';
import { podNodeId } from './kube-node-ids';
import { KUBE_OWNER_QUERIES, KUBE_PLACEMENT_QUERIES, KubePlacement } from './kube-placement';
import { podNode } from './pods';
import type { View, ViewInput } from './view';

/** A node a claim, a volume and a class, and the pods that mount claims; an edge says that one uses the other. */
export const storageView: View = {
  id: 'storage',
  showsKubernetes: true,
  queries: [
    ...KUBE_PLACEMENT_QUERIES,
    ...KUBE_OWNER_QUERIES,
    'kubeClaims',
    'kubeClaimStates',
    'kubeClaimMounts',
    'kubeVolumes',
    'kubeVolumeStates',
    'kubeStorageClasses',
  ],
  edges: CONTAINER_EDGES,
  showsConnections: false,
  *read(input, nodes) {
    const placement = yield* KubePlacement.read(input, nodes);
    const { claims, volumes, classes, mounts } = yield* readStorage(input);
    const addClass = (object: KubeObject) =>
      nodes.add(classId(object), () => classNode(classId(object), object));
    const addVolume = (object: KubeObject) => {
      const id = volumeId(object);
      nodes.add(id, () => volumeNode(id, object));
      const [name] = volumeClass(object);
      const storageClass = classes.get(kubeKey(object.cluster, '', name ?? ''));
      if (storageClass !== undefined) {
        placement.join(id, addClass(storageClass));
      }
      return id;
    };
    for (const [key, claim] of claims) {
      const pods = (mounts.get(key) ?? []).flatMap((pod) => placement.kubernetes.pods.get(pod) ?? []);
      if (!placement.choosesObject(claim.namespace) && !pods.some((pod) => placement.chooses(pod))) {
        continue;
      }
      const volume = volumes.get(kubeKey(claim.cluster, '', claim.text(CLAIM, 'volumename')));
      const id = claimId(claim);
      nodes.add(id, () => claimNode(id, claim, volume, pods));
      for (const pod of pods.filter((mounting) => placement.chooses(mounting))) {
        const place = podNodeId(pod);
        nodes.add(place, () => podNode(place, pod, placement));
        placement.join(place, id);
      }
      if (volume !== undefined) {
        placement.join(id, addVolume(volume));
        continue;
      }
      // One that waits for its volume says at least which class is to give it.
      const storageClass = classes.get(kubeKey(claim.cluster, '', claim.text(CLAIM, 'storageclass')));
      if (storageClass !== undefined) {
        placement.join(id, addClass(storageClass));
      }
    }
    yield;
    if (placement.choosesObject('')) {
      for (const volume of volumes.values()) {
        addVolume(volume);
      }
      for (const storageClass of classes.values()) {
        addClass(storageClass);
      }
    }
    return placement.placement((pod) => podNodeId(pod));
  },
};

const CLAIM = 'kube_persistentvolumeclaim_info';
const VOLUME = 'kube_persistentvolume_info';
const CLASS = 'kube_storageclass_info';

/** Of claims and of volumes. */
const HEALTH_OF_PHASE: ReadonlyMap<string, NodeHealth> = new Map([
  ['Bound', 'ok'],
  ['Available', 'ok'],
  ['Pending', 'warning'],
  ['Released', 'warning'],
  ['Lost', 'critical'],
  ['Failed', 'critical'],
]);

interface Storage {
  readonly claims: ReadonlyMap<string, KubeObject>;
  readonly volumes: ReadonlyMap<string, KubeObject>;
  readonly classes: ReadonlyMap<string, KubeObject>;
  /** The keys of the pods that mount a claim, by the claim's. */
  readonly mounts: ReadonlyMap<string, readonly string[]>;
}

function* readStorage({ vectors, options }: ViewInput): Steps<Storage> {
  const { clusterLabel = DEFAULT_CLUSTER_LABEL } = options;
  const mounted = yield* readKubeObjects([vectors.kubeClaimMounts], clusterLabel, 'persistentvolumeclaim');
  const mounts = new Map<string, readonly string[]>();
  for (const [key, object] of mounted) {
    const pods = object.texts('kube_pod_spec_volumes_persistentvolumeclaims_info', (read) => read('pod'));
    mounts.set(
      key,
      pods.map((pod) => kubeKey(object.cluster, object.namespace, pod)),
    );
  }
  return {
    claims: yield* readKubeObjects(
      [vectors.kubeClaims, vectors.kubeClaimStates],
      clusterLabel,
      'persistentvolumeclaim',
    ),
    volumes: yield* readKubeObjects(
      [vectors.kubeVolumes, vectors.kubeVolumeStates],
      clusterLabel,
      'persistentvolume',
    ),
    classes: yield* readKubeObjects([vectors.kubeStorageClasses], clusterLabel, 'storageclass'),
    mounts,
  };
}

function claimId({ cluster, namespace, name }: KubeObject): string {
  return nodeId('storage-claim', cluster, namespace, name);
}

function volumeId({ cluster, name }: KubeObject): string {
  return nodeId('storage-volume', cluster, name);
}

function classId({ cluster, name }: KubeObject): string {
  return nodeId('storage-class', cluster, name);
}

function claimNode(
  id: string,
  claim: KubeObject,
  volume: KubeObject | undefined,
  pods: readonly Pod[],
): TopologyNode {
  const phase = claim.text('kube_persistentvolumeclaim_status_phase', 'phase');
  return {
    ...storageNode(id, 'storage-claim', claim, phase),
    group: groupOf(claim),
    health: HEALTH_OF_PHASE.get(phase) ?? 'unknown',
    facts: [
      ...placeFacts(claim),
      ...fact('kind', 'Kind', 'PersistentVolumeClaim'),
      ...fact('status', 'Status', phase),
      ...fact('class', 'Class', claim.text(CLAIM, 'storageclass')),
      ...sizeFact(
        'requested',
        'Requested',
        claim,
        'kube_persistentvolumeclaim_resource_requests_storage_bytes',
      ),
      ...sizeFact('capacity', 'Capacity', volume, 'kube_persistentvolume_capacity_bytes'),
      ...fact('volume', 'Volume', claim.text(CLAIM, 'volumename')),
      ...fact('volume_mode', 'Mode', claim.text(CLAIM, 'volumemode')),
      ...fact(
        'access_mode',
        'Access',
        ...claim.texts('kube_persistentvolumeclaim_access_mode', (read) => read('access_mode')),
      ),
      ...moment('created', 'Created', claim.number('kube_persistentvolumeclaim_created')),
      ...fact('pods', 'Mounted by', ...pods.map(({ name }) => name)),
    ],
    relatives: [
      ...podRelatives(pods),
      ...namespaceRelative(claim),
      ...(volume === undefined ? [] : [storageRelative(volumeId(volume), volume)]),
    ],
  };
}

function volumeNode(id: string, volume: KubeObject): TopologyNode {
  const phase = volume.text('kube_persistentvolume_status_phase', 'phase');
  const claim = volume.texts('kube_persistentvolume_claim_ref', (read) =>
    read('name') === '' ? '' : `${read('claim_namespace')}/${read('name')}`,
  );
  return {
    ...storageNode(id, 'storage-volume', volume, phase),
    health: HEALTH_OF_PHASE.get(phase) ?? 'unknown',
    facts: [
      ...fact('cluster', 'Cluster', volume.cluster),
      ...fact('kind', 'Kind', 'PersistentVolume'),
      ...fact('status', 'Status', phase),
      ...fact('claim', 'Claim', ...claim),
      ...fact('class', 'Class', ...volumeClass(volume)),
      ...sizeFact('capacity', 'Capacity', volume, 'kube_persistentvolume_capacity_bytes'),
      ...fact('reclaim_policy', 'When released', volume.text(VOLUME, 'reclaim_policy')),
      ...fact('source', 'Source', ...sourceOf(volume)),
      ...moment('created', 'Created', volume.number('kube_persistentvolume_created')),
    ],
  };
}

function classNode(id: string, storageClass: KubeObject): TopologyNode {
  return {
    ...storageNode(id, 'storage-class', storageClass, storageClass.text(CLASS, 'provisioner')),
    facts: [
      ...fact('cluster', 'Cluster', storageClass.cluster),
      ...fact('kind', 'Kind', 'StorageClass'),
      ...fact('provisioner', 'Provisioner', storageClass.text(CLASS, 'provisioner')),
      ...fact('reclaim_policy', 'When released', storageClass.text(CLASS, 'reclaim_policy')),
      ...fact('binding_mode', 'Binding', storageClass.text(CLASS, 'volume_binding_mode')),
      ...moment('created', 'Created', storageClass.number('kube_storageclass_created')),
    ],
  };
}

function storageNode(
  id: string,
  kind: TopologyNode['kind'],
  { name, cluster }: KubeObject,
  sublabel: string,
): TopologyNode {
  return {
    id,
    kind,
    label: name,
    sublabel,
    group: cluster,
    count: 1,
    health: 'unknown',
    facts: [],
    metrics: [],
    relatives: [],
  };
}

function volumeClass(volume: KubeObject): readonly string[] {
  return volume.texts(VOLUME, (read) => read('storageclass'));
}

function sourceOf(volume: KubeObject): readonly string[] {
  return volume.texts(VOLUME, (read) => {
    const nfs = read('nfs_server') === '' ? '' : `${read('nfs_server')}:${read('nfs_path')}`;
    return [read('csi_driver'), nfs, read('host_path'), read('local_path')].find((text) => text !== '') ?? '';
  });
}

function sizeFact(
  key: string,
  label: string,
  object: KubeObject | undefined,
  family: string,
): readonly Fact[] {
  const bytes = object?.number(family);
  return fact(key, label, bytes === undefined ? '' : bytesText(bytes));
}

function storageRelative(id: string, { name }: KubeObject): Relative {
  return { view: 'storage', id, label: name };
}
