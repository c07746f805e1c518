import type { OutsideEndpoint } from './endpoint';
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
      return nodeId('unmanaged', endpoint.host, endpoint.ip);
    case 'overflow':
      return nodeId('overflow', endpoint.host);
    case 'service':
    case 'pod':
      return nodeId(endpoint.kind, endpoint.cluster, endpoint.namespace, endpoint.name);
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
        { key: 'name', label: 'DNS name', values: [endpoint.name] },
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
      return {
        ...outside(id, endpoint.kind, endpoint.name, endpoint.namespace, '', [
          ...(endpoint.cluster === ''
            ? []
            : [{ key: 'cluster', label: 'Cluster', values: [endpoint.cluster] }]),
          { key: 'namespace', label: 'Namespace', values: [endpoint.namespace] },
          { key: 'addresses', label: 'Address', values: [endpoint.ip] },
        ]),
        relatives: [{ view: endpoint.kind === 'pod' ? 'pods' : 'services', id, label: endpoint.name }],
      };
  }
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
