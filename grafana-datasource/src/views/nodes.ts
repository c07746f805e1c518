import { type Endpoint, isElsewhere } from '../graph/endpoint';
import { eachRow, textsBy } from '../graph/indexes';
import { kubeKey, type KubeObject, readKubeObjects } from '../graph/kubernetes/kube-objects';
import type { Pod } from '../graph/kubernetes/pods';
import { hostNodeId } from '../graph/node-id';
import type { Steps } from '../graph/steps';
import type { Fact, NodeHealth, TopologyNode } from '../graph/topology';
import { DEFAULT_CLUSTER_LABEL } from '../promql/kube-queries';
import { bytesText } from './bytes-text';
import { HOST_EDGES } from './edge-scopes';
import { fact, moment, plural } from './facts';
import { podRelatives, withCluster } from './kube-facts';
import { kubeNodeId } from './kube-node-ids';
import { append, KUBE_PLACEMENT_QUERIES, KubePlacement, sortedPods } from './kube-placement';
import type { View, ViewInput } from './view';

/** A node a Node of Kubernetes; hosts that are none stand beside them for an edge's sake. */
export const nodesView: View = {
  id: 'nodes',
  showsKubernetes: true,
  countsDeparted: true,
  queries: [...KUBE_PLACEMENT_QUERIES, 'kubeNodeStates'],
  edges: HOST_EDGES,
  *read(input, nodes) {
    const { vectors, options } = input;
    const placement = yield* KubePlacement.read(input, nodes);
    const objects = yield* readKubeObjects(
      [vectors.kubeNodes, vectors.kubeNodeStates],
      options.clusterLabel ?? DEFAULT_CLUSTER_LABEL,
      'node',
    );
    const hostOf = yield* readHosts(input);
    const pods = new Map<string, Pod[]>();
    for (const pod of sortedPods(placement.kubernetes.pods.values())) {
      const key = kubeKey(pod.cluster, '', pod.node);
      append(pods, key, pod);
    }
    const add = (object: KubeObject) => {
      const id = kubeNodeId(object.cluster, object.name);
      const key = kubeKey(object.cluster, '', object.name);
      return nodes.add(id, () =>
        kubeNode(id, object, { host: hostOf(object), pods: pods.get(key) ?? [], placement }),
      );
    };
    const byHost = new Map<string, KubeObject>();
    for (const object of objects.values()) {
      const host = hostOf(object) ?? '';
      byHost.set(host, object);
      const isChosen = options.hosts.includes(object.name) || options.hosts.includes(host);
      if (object.has('kube_node_info') && (isChosen || options.hosts.length === 0)) {
        add(object);
      }
    }
    const objectAt = (endpoint: Endpoint): KubeObject | undefined => {
      if (endpoint.kind === 'node') {
        return objects.get(kubeKey(endpoint.cluster, '', endpoint.name));
      }
      if (endpoint.kind === 'pod') {
        const pod = placement.kubernetes.pod(endpoint.cluster, endpoint.namespace, endpoint.name);
        return objects.get(kubeKey(endpoint.cluster, '', pod?.node ?? ''));
      }
      return isElsewhere(endpoint) ? undefined : byHost.get(endpoint.host);
    };
    return {
      place(endpoint) {
        const object = objectAt(endpoint);
        if (object !== undefined) {
          return add(object);
        }
        return isElsewhere(endpoint)
          ? nodes.addOutside(endpoint)
          : nodes.add(hostNodeId(endpoint.host), () => hostNode(endpoint.host));
      },
      keepsLoop: () => false,
    };
  },
};

/**
 * Which host a Node is: the one of its cluster that has its name, or its address. A host whose cluster is not known is
 * told by both.
 */
function* readHosts({ vectors, book }: ViewInput): Steps<(node: KubeObject) => string | undefined> {
  const addresses = yield* textsBy(vectors.hostAddresses, ['host'], (read) => read('ip'));
  const hosts = new Set<string>(addresses.keys());
  yield* eachRow(vectors.exporters, (read) => hosts.add(read('host')));
  const sorted = [...hosts].sort();
  const { clusters } = book.kubernetes;
  return (node) => {
    const ip = node.text('kube_node_info', 'internal_ip');
    return sorted.find((host) => {
      const [hasName, hasAddress] = [host === node.name, addresses.get(host)?.includes(ip) === true];
      return clusters.of(host) === node.cluster ? hasName || hasAddress : false;
    });
  };
}

interface Means {
  readonly host: string | undefined;
  readonly pods: readonly Pod[];
  readonly placement: KubePlacement;
}

function kubeNode(id: string, object: KubeObject, { host, pods, placement }: Means): TopologyNode {
  const info = (label: string) => object.text('kube_node_info', label);
  const roles = object.texts('kube_node_role', (read) => read('role'));
  const capacity = (resource: string) =>
    object.number('kube_node_status_capacity', (read) => read('resource') === resource);
  const isCordoned = object.number('kube_node_spec_unschedulable') === 1;
  const memory = capacity('memory');
  return {
    id,
    kind: 'node',
    label: object.name,
    sublabel: withCluster(object.cluster, isCordoned ? 'cordoned' : plural(pods.length, 'pod')),
    group: object.cluster,
    count: 1,
    health: healthOf(object, isCordoned),
    facts: [
      ...fact('cluster', 'Cluster', object.cluster),
      ...fact('kind', 'Kind', 'Node'),
      ...conditionFacts(object),
      ...fact('schedulable', 'Takes new pods', isCordoned ? 'no' : 'yes'),
      ...fact('role', roles.length === 1 ? 'Role' : 'Roles', ...roles),
      ...fact('addresses', 'Address', info('internal_ip')),
      ...fact('pod_cidr', 'Addresses of its pods', info('pod_cidr')),
      ...fact('kubelet', 'Kubelet', info('kubelet_version')),
      ...fact('runtime', 'Runtime', info('container_runtime_version')),
      ...fact('os', 'Operating system', info('os_image')),
      ...fact('kernel', 'Kernel', info('kernel_version')),
      ...fact('cpus', 'CPUs', textOf(capacity('cpu'))),
      ...fact('memory', 'Memory', memory === undefined ? '' : bytesText(memory)),
      ...fact('pods', 'Pods', String(pods.length)),
      ...fact('most_pods', 'Room for pods', textOf(capacity('pods'))),
      ...moment('created', 'Created', object.number('kube_node_created')),
      ...fact('host', 'Host', host ?? 'no exporter'),
    ],
    metrics: placement.metricsOf(pods),
    relatives: [
      ...(host === undefined ? [] : [{ view: 'hosts', id: hostNodeId(host), label: host } as const]),
      ...podRelatives(pods),
    ],
  };
}

/** The conditions that are not as they should be, and whether it is ready. */
function conditionFacts(object: KubeObject): readonly Fact[] {
  const conditions = object.texts('kube_node_status_condition', (read) =>
    read('condition') === 'Ready' ? '' : read('status') === 'false' ? '' : read('condition'),
  );
  const ready = object.text('kube_node_status_condition', 'status', (read) => read('condition') === 'Ready');
  return [
    ...fact('ready', 'Ready', ({ true: 'yes', false: 'no' } as Record<string, string>)[ready] ?? ready),
    ...fact('condition', 'Conditions', ...conditions),
  ];
}

function healthOf(object: KubeObject, isCordoned: boolean): NodeHealth {
  const status = object.text('kube_node_status_condition', 'status', (read) => read('condition') === 'Ready');
  if (status !== 'true') {
    return status === '' ? 'unknown' : 'critical';
  }
  const isPressed = conditionFacts(object).some(({ key }) => key === 'condition');
  return isPressed || isCordoned ? 'warning' : 'ok';
}

function hostNode(host: string): TopologyNode {
  return {
    id: hostNodeId(host),
    kind: 'host',
    label: host,
    sublabel: 'no Node of Kubernetes',
    group: host,
    count: 1,
    health: 'unknown',
    facts: [],
    metrics: [],
    relatives: [{ view: 'hosts', id: hostNodeId(host), label: host }],
  };
}

function textOf(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
