import type { Topology, TopologyEdge, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { factValues } from './seen';

/** Who was seen to call something, and on which of its ports. */
export interface Caller {
  readonly node: TopologyNode;
  /** Sorted; empty where a port is not known, so that none can be told. */
  readonly ports: readonly PolicyPort[];
}

/** As Kubernetes writes ports in network policies: by number, or by the name that the pod gives one. */
export interface PolicyPort {
  readonly protocol: string;
  readonly port: number | string;
}

/**
 * The callers of each node by its id, in the order of their names. Who calls a Service calls all that are behind it.
 */
export function callersOf({ nodes, edges }: Topology): ReadonlyMap<string, readonly Caller[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const behind = new Map<string, string[]>();
  for (const { source, target, kind } of edges) {
    if (kind === 'membership') {
      behind.set(target, [...(behind.get(target) ?? []), source]);
    }
  }
  const seen = new Map<string, Map<string, TopologyEdge[]>>();
  for (const edge of edges.filter(({ kind }) => kind === undefined)) {
    for (const target of behind.get(edge.target) ?? [edge.target]) {
      const callers = seen.get(target) ?? new Map<string, TopologyEdge[]>();
      seen.set(target, callers.set(edge.source, [...(callers.get(edge.source) ?? []), edge]));
    }
  }
  return new Map(
    [...seen].map(([target, callers]) => [
      target,
      [...callers]
        .flatMap(([id, calls]) => {
          const node = byId.get(id);
          return node === undefined ? [] : [{ node, ports: portsOf(calls) }];
        })
        .sort((a, b) => compare(a.node.label, b.node.label)),
    ]),
  );
}

/** What a network policy lets in. */
export interface IngressRule {
  readonly from: readonly Peer[];
  readonly ports?: readonly PolicyPort[];
}

export interface Peer {
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string };
}

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** A rule for all callers of the same ports. */
export function ingressOf(
  callers: readonly Caller[],
  peersOf: (node: TopologyNode) => readonly Peer[],
): readonly IngressRule[] {
  const rules = new Map<string, { from: Peer[]; ports: readonly PolicyPort[] }>();
  for (const { node, ports } of callers) {
    const key = JSON.stringify(ports);
    const rule = rules.get(key) ?? { from: [], ports };
    const known = new Set(rule.from.map((peer) => JSON.stringify(peer)));
    rule.from.push(...peersOf(node).filter((peer) => !known.has(JSON.stringify(peer))));
    rules.set(key, rule);
  }
  return [...rules.values()]
    .filter(({ from }) => from.length > 0)
    .map(({ from, ports }) => (ports.length === 0 ? { from } : { from, ports }));
}

/** What selects somebody outside; nothing where only a host could, whose address a policy would not see. */
export function outsidePeers(node: TopologyNode): readonly Peer[] {
  if (node.kind === 'internet') {
    return [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }];
  }
  return [...factValues(node, 'address'), ...factValues(node, 'addresses')]
    .filter((ip) => /^[0-9a-f.:]+$/i.test(ip))
    .map((ip) => ({ ipBlock: { cidr: `${ip}/${ip.includes(':') ? 128 : 32}` } }));
}

export function inNamespace(name: string): LabelSelector {
  return { matchLabels: { 'kubernetes.io/metadata.name': name } };
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
