import type {
  Topology,
  TopologyEdge,
  TopologyNode,
  Traffic,
} from 'toposcope-topology-datasource/graph/topology';

/** One row of a node's connection tables: a peer by one server port. */
export interface Connection {
  readonly key: string;
  readonly edgeId: string;
  readonly peerId: string;
  readonly peer: string;
  readonly protocol: string;
  /** Empty where it is not known. */
  readonly port: string;
  readonly traffic: Traffic;
  /** Of the user's own edge: its value. */
  readonly value?: TopologyEdge['value'];
}

export interface Connections {
  /** Who calls the node. */
  readonly inbound: readonly Connection[];
  /** Whom it calls. */
  readonly outbound: readonly Connection[];
}

/** The rows of both tables, most bytes first. What belongs to what is no connection. */
export function connectionsOf(topology: Topology, nodeId: string): Connections {
  const edges = topology.edges.filter(({ kind }) => kind !== 'membership');
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const rows = (among: readonly TopologyEdge[], peerOf: (edge: TopologyEdge) => string) =>
    among
      .flatMap((edge) => rowsOf(edge, peerOf(edge), nodes))
      .sort((a, b) => bytesOf(b) - bytesOf(a) || b.traffic.open - a.traffic.open || compare(a.key, b.key));
  return {
    inbound: rows(
      edges.filter(({ target }) => target === nodeId),
      ({ source }) => source,
    ),
    outbound: rows(
      edges.filter(({ source }) => source === nodeId),
      ({ target }) => target,
    ),
  };
}

function rowsOf(edge: TopologyEdge, peerId: string, nodes: ReadonlyMap<string, TopologyNode>): Connection[] {
  const peer = nodes.get(peerId)?.label ?? peerId;
  const links = edge.links.length > 0 ? edge.links : [{ protocol: '', port: '', traffic: edge.traffic }];
  return links.map(({ protocol, port, traffic }) => ({
    key: `${edge.id} ${protocol} ${port}`,
    edgeId: edge.id,
    ...{ peerId, peer, protocol, port, traffic },
    ...(edge.value && { value: edge.value }),
  }));
}

function bytesOf({ traffic }: Connection): number {
  return (traffic.requestBytes ?? 0) + (traffic.responseBytes ?? 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
