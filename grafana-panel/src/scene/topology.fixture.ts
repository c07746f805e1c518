import type {
  Topology,
  TopologyEdge,
  TopologyNode,
  Traffic,
} from 'toposcope-topology-datasource/graph/topology';

const QUIET: Traffic = {
  open: 1,
  opened: 0,
  closed: 0,
  failed: 0,
  requestBytes: 100,
  responseBytes: 200,
  retransmits: 0,
  rtt: 0.001,
};

export function nodeOf(id: string, changes: Partial<TopologyNode> = {}): TopologyNode {
  const plain = { kind: 'container', label: id, sublabel: '', group: '', count: 1, health: 'ok' } as const;
  return { id, ...plain, facts: [], metrics: [], relatives: [], ...changes };
}

export function edgeOf(source: string, target: string, traffic: Partial<Traffic> = {}): TopologyEdge {
  const all = { ...QUIET, ...traffic };
  const links = [{ protocol: 'tcp', port: '80', traffic: all }];
  return { id: `${source}>${target}`, source, target, traffic: all, links, expr: '' };
}

export function topologyOf(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[]): Topology {
  return { view: 'containers', at: 0, nodes, edges, notices: [] };
}
