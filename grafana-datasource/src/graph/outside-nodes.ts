import type { OutsideEndpoint } from './endpoint';
import { nodeId } from './node-id';
import type { Fact, TopologyNode } from './topology';

/** The node that stands for something that no exporter sees. */
export function outsideNode(endpoint: OutsideEndpoint): TopologyNode {
  switch (endpoint.kind) {
    case 'internet':
      return endpoint.direction === 'inbound'
        ? outside(nodeId('internet', 'inbound'), 'internet', 'Internet', 'clients')
        : outside(nodeId('internet', 'outbound'), 'internet', 'Internet', 'servers');
    case 'external':
      return outside(nodeId('external', endpoint.name), 'external', endpoint.name, 'external service', '', [
        { key: 'name', label: 'DNS name', values: [endpoint.name] },
      ]);
    case 'unmanaged':
      return outside(
        nodeId('unmanaged', endpoint.host, endpoint.ip),
        'unmanaged',
        endpoint.ip === '' ? 'unknown address' : endpoint.ip,
        endpoint.host === '' ? 'no exporter' : `seen by ${endpoint.host}`,
        endpoint.host,
        [{ key: 'address', label: 'Address', values: [endpoint.ip] }],
      );
    case 'overflow':
      return outside(
        nodeId('overflow', endpoint.host),
        'overflow',
        'more connections',
        `beyond the limit of ${endpoint.host}`,
        endpoint.host,
      );
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
