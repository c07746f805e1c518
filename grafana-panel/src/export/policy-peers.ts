import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import type { Party, PolicyPort } from './parties';
import { factValues } from './seen';

/** What a network policy lets through: from whom, or to whom. */
export interface Rule {
  readonly peers: readonly Peer[];
  /** Empty: all of them. */
  readonly ports: readonly PolicyPort[];
}

export interface Peer {
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** What selects a party; nothing where no selector can. */
export type PeersOf = (node: TopologyNode) => readonly Peer[];

/** A rule for all parties of the same ports. */
export function rulesOf(parties: readonly Party[], peersOf: PeersOf): readonly Rule[] {
  const rules = new Map<string, { peers: Peer[]; ports: readonly PolicyPort[] }>();
  for (const { node, ports } of parties) {
    const key = JSON.stringify(ports);
    const rule = rules.get(key) ?? { peers: [], ports };
    const known = new Set(rule.peers.map((peer) => JSON.stringify(peer)));
    rule.peers.push(...peersOf(node).filter((peer) => !known.has(JSON.stringify(peer))));
    rules.set(key, rule);
  }
  return [...rules.values()].filter(({ peers }) => peers.length > 0);
}

/** By namespaces. */
export function namespacePeers(node: TopologyNode): readonly Peer[] {
  return node.kind === 'namespace' ? [{ namespaceSelector: inNamespace(node.label) }] : outsidePeers(node);
}

/** Pods by their labels, those without known ones by their namespace alone. */
export function podPeers(node: TopologyNode, home: string): readonly Peer[] {
  const [namespace] = factValues(node, 'namespace');
  if (namespace === undefined || node.kind === 'service' || isOnHostNetwork(node)) {
    return outsidePeers(node);
  }
  const labels = factValues(node, 'pod_labels');
  if (namespace === home) {
    return [{ podSelector: selectorOf(labels) }];
  }
  return [
    {
      namespaceSelector: inNamespace(namespace),
      ...(labels.length === 0 ? {} : { podSelector: selectorOf(labels) }),
    },
  ];
}

export function selectorOf(labels: readonly string[]): NonNullable<Peer['podSelector']> {
  const pairs = labels.map((label) => {
    const end = label.indexOf('=');
    return [label.slice(0, end), label.slice(end + 1)] as const;
  });
  return pairs.length === 0 ? {} : { matchLabels: Object.fromEntries(pairs) };
}

/** Its addresses are its nodes', and most network plugins select no such pod. */
export function isOnHostNetwork(node: TopologyNode): boolean {
  return factValues(node, 'host_network').length > 0;
}

/** All but the addresses that nobody public has: those of pods and nodes among them. */
const PUBLIC: readonly Peer[] = [
  {
    ipBlock: {
      cidr: '0.0.0.0/0',
      except: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
    },
  },
  { ipBlock: { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] } },
];

/** As a server: policies know no DNS names, so that who has one is let out to as the Internet is. */
export function calledPeers(peersOf: PeersOf): PeersOf {
  return (node) => {
    if (node.kind === 'external') {
      return PUBLIC;
    }
    // A Service's address is translated before policies see it.
    return node.kind === 'service' ? [] : peersOf(node);
  };
}

/** What selects somebody outside; nothing where only a host could, whose address a policy would not see. */
function outsidePeers(node: TopologyNode): readonly Peer[] {
  if (node.kind === 'internet') {
    return PUBLIC;
  }
  return [...factValues(node, 'address'), ...factValues(node, 'addresses')]
    .filter((ip) => /^[0-9a-f.:]+$/i.test(ip))
    .map((ip) => ({ ipBlock: { cidr: `${ip}/${ip.includes(':') ? 128 : 32}` } }));
}

function inNamespace(name: string): LabelSelector {
  return { matchLabels: { 'kubernetes.io/metadata.name': name } };
}
