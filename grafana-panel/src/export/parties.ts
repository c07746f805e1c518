import type { Topology, TopologyEdge, TopologyNode } from 'toposcope-topology-datasource/graph/topology';

/** Who was seen at the other end of something's connections, and on which ports of the server. */
export interface Party {
  readonly node: TopologyNode;
  /** Sorted; empty where a port is not known, so that none can be told. */
  readonly ports: readonly PolicyPort[];
}

/** As Kubernetes writes ports in network policies: by number, or by the name that the pod gives one. */
export interface PolicyPort {
  readonly protocol: string;
  readonly port: number | string;
}

/** By a node's id, in the order of their names. */
export type Parties = ReadonlyMap<string, readonly Party[]>;

/** Who calls each node, and whom each calls. Who calls a Service calls all that are behind it. */
export function partiesOf({ nodes, edges }: Topology): {
  readonly callers: Parties;
  readonly called: Parties;
} {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const behind = new Map<string, string[]>();
  for (const { source, target, kind } of edges) {
    if (kind === 'membership') {
      behind.set(target, [...(behind.get(target) ?? []), source]);
    }
  }
  const callers = new Calls();
  const called = new Calls();
  for (const edge of edges.filter(({ kind }) => kind === undefined)) {
    for (const target of behind.get(edge.target) ?? [edge.target]) {
      callers.add(target, edge.source, edge);
      called.add(edge.source, target, edge);
    }
  }
  return { callers: callers.parties(byId), called: called.parties(byId) };
}

class Calls {
  readonly #byNode = new Map<string, Map<string, TopologyEdge[]>>();

  add(node: string, other: string, edge: TopologyEdge): void {
    const others = this.#byNode.get(node) ?? new Map<string, TopologyEdge[]>();
    this.#byNode.set(node, others.set(other, [...(others.get(other) ?? []), edge]));
  }

  parties(byId: ReadonlyMap<string, TopologyNode>): Parties {
    const partyOf = ([id, calls]: [string, TopologyEdge[]]): readonly Party[] => {
      const node = byId.get(id);
      return node === undefined ? [] : [{ node, ports: portsOf(calls) }];
    };
    return new Map(
      [...this.#byNode].map(([node, others]) => [
        node,
        [...others].flatMap(partyOf).sort((a, b) => compare(a.node.label, b.node.label)),
      ]),
    );
  }
}

/** A port that is not known leaves all open: better than to keep out what was seen. */
function portsOf(calls: readonly TopologyEdge[]): readonly PolicyPort[] {
  const links = calls.flatMap((edge) => edge.links);
  const ports = links.flatMap(({ protocol, port, serverPorts = [port] }) =>
    serverPorts.map((own) => ({
      protocol: protocol.toUpperCase(),
      port: /^\d+$/.test(own) ? Number(own) : own,
    })),
  );
  if (ports.length === 0 || ports.some(({ port }) => port === '')) {
    return [];
  }
  const distinct = new Map(ports.map((port) => [`${port.protocol}/${port.port}`, port]));
  return [...distinct].sort(([a], [b]) => compare(a, b)).map(([, port]) => port);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
