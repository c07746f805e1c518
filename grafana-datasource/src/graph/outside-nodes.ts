import type { KubernetesEndpoint, OutsideEndpoint } from './endpoint';
import { nodeId } from './node-id';
import type { Fact, TopologyNode } from './topology';

/** The id of that node. */
export function outsideId(endpoint: OutsideEndpoint): string {
  switch (endpoint.kind) {
    case 'internet':
      return nodeId('internet', endpoint.direction);
    case 'external':
      return nodeId('external', endpoint.name);
    case 'unmanaged':
    case 'ambiguous':
      return nodeId('unmanaged', endpoint.host, endpoint.ip);
    case 'overflow':
      return nodeId('overflow', endpoint.host);
    case 'service':
    case 'pod':
      return nodeId(endpoint.kind, endpoint.cluster, endpoint.namespace, endpoint.name);
    case 'node':
      return nodeId('node', endpoint.cluster, endpoint.name);
  }
}

/** The node that stands for something that no exporter sees. */
export function outsideNode(endpoint: OutsideEndpoint): TopologyNode {
  const id = outsideId(endpoint);
  switch (endpoint.kind) {
    case 'internet':
      return outside(id, 'internet', 'Internet', endpoint.direction === 'inbound' ? 'clients' : 'servers');
    case 'external':
      return outside(id, 'external', endpoint.name, 'external service', '', [
        endpoint.suffixes === undefined
          ? { key: 'name', label: 'DNS name', values: [endpoint.name] }
          : { key: 'name', label: 'DNS names below', values: endpoint.suffixes },
      ]);
    case 'unmanaged':
      return outside(
        id,
        'unmanaged',
        endpoint.ip === '' ? 'unknown address' : endpoint.ip,
        endpoint.host === '' ? 'no exporter' : `seen by ${endpoint.host}`,
        endpoint.host,
        [{ key: 'address', label: 'Address', values: [endpoint.ip] }],
      );
    case 'ambiguous':
      return outside(id, 'unmanaged', endpoint.ip, `several on ${endpoint.host}`, endpoint.host, [
        { key: 'address', label: 'Address of several', values: [endpoint.ip] },
      ]);
    case 'overflow':
      return outside(
        id,
        'overflow',
        'more connections',
        `beyond the limit of ${endpoint.host}`,
        endpoint.host,
      );
    case 'service':
    case 'pod':
    case 'node':
      return kubernetesNode(id, endpoint);
  }
}

const VIEW_OF = { service: 'services', pod: 'pods', node: 'nodes' } as const;

function kubernetesNode(id: string, endpoint: KubernetesEndpoint): TopologyNode {
  const { kind, cluster, namespace, name, ip } = endpoint;
  const facts = [
    { key: 'cluster', label: 'Cluster', values: [cluster] },
    { key: 'namespace', label: 'Namespace', values: [namespace] },
    { key: 'addresses', label: 'Address', values: [ip] },
  ];
  const told = facts.filter(({ values }) => values[0] !== '');
  return {
    ...outside(id, kind, name, kind === 'node' ? 'no exporter' : namespace, '', told),
    relatives: [{ view: VIEW_OF[kind], id, label: name }],
  };
}

/** What runs on a host outside containers, for views that show containers. */
export function uncontainedNode(host: string): TopologyNode {
  return {
    ...outside(nodeId('uncontained', host), 'uncontained', 'Uncontained', host, host),
    relatives: [{ view: 'hosts', id: nodeId('host', host), label: host }],
  };
}

function outside(
  id: string,
  kind: TopologyNode['kind'],
  label: string,
  sublabel: string,
  group = '',
  facts: readonly Fact[] = [],
): TopologyNode {
  return {
    id,
    kind,
    label,
    sublabel,
    group,
    count: 1,
    health: 'unknown',
    facts,
    metrics: [],
    relatives: [],
  };
}
