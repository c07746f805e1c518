import type { Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { Document } from 'yaml';
import { partiesOf, type Party, type PolicyPort } from './parties';
import {
  calledPeers,
  isOnHostNetwork,
  namespacePeers,
  podPeers,
  type PeersOf,
  rulesOf,
  selectorOf,
} from './policy-peers';
import { commentOf, factValues, whenSeen, YAML_OPTIONS } from './seen';

/** Namespaces without which a cluster does not run: nothing is proposed for them. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** What is kept out but for what was seen: only what comes in, or what goes out as well. */
export type Ways = 'in' | 'both';

/**
 * Kubernetes network policies that let through what was seen, on the ports on which it was, and nothing else: one a
 * namespace, as YAML documents.
 *
 * @param topology Of the namespaces view.
 */
export function namespacePolicies(topology: Topology, ways: Ways): string {
  const { callers, called } = partiesOf(topology);
  return topology.nodes
    .filter(isOwnNamespace)
    .map((node) => {
      const others = (parties: readonly Party[] = []) => parties.filter((other) => other.node.id !== node.id);
      const ownPods = { peers: [{ podSelector: {} }], ports: [] };
      return policy(topology, {
        name: 'seen-connections',
        namespace: node.label,
        cluster: factValues(node, 'cluster')[0],
        whom: node.label,
        labels: [],
        always: [ownPods],
        callers: others(callers.get(node.id)),
        called: ways === 'both' ? others(called.get(node.id)) : undefined,
        peersOf: namespacePeers,
      });
    })
    .join('---\n');
}

/** Whether a policy can be proposed for it. */
export function isOwnNamespace({ kind, label }: TopologyNode): boolean {
  return kind === 'namespace' && !SYSTEM.has(label);
}

/**
 * The same, one for the pods of each controller that was called, or seen to talk, by the labels that its pods share.
 *
 * @param topology Of the controllers view.
 */
export function podPolicies(topology: Topology, ways: Ways): string {
  const { callers, called } = partiesOf(topology);
  return topology.nodes
    .filter(isSelectable)
    .flatMap((node) => {
      const [own, theirs] = [callers.get(node.id), called.get(node.id)];
      const [namespace = '', cluster] = [factValues(node, 'namespace')[0], factValues(node, 'cluster')[0]];
      return own === undefined && (ways === 'in' || theirs === undefined)
        ? []
        : policy(topology, {
            name: `${node.kind}-${node.label}-seen-connections`,
            namespace,
            cluster,
            whom: `the pods of ${node.label} in ${namespace}`,
            labels: factValues(node, 'pod_labels'),
            always: [],
            callers: own,
            called: ways === 'both' ? (theirs ?? []) : undefined,
            peersOf: (other) => podPeers(other, namespace),
          });
    })
    .join('---\n');
}

/** Whether its pods have known labels, by which a policy can select them. */
export function isSelectable(node: TopologyNode): boolean {
  const [namespace = ''] = factValues(node, 'namespace');
  return (
    namespace !== '' &&
    !SYSTEM.has(namespace) &&
    factValues(node, 'pod_labels').length > 0 &&
    !isOnHostNetwork(node)
  );
}

interface Proposed {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string | undefined;
  /** For the comment. */
  readonly whom: string;
  /** Of the pods that it is for, `name=value`; none: all of the namespace. */
  readonly labels: readonly string[];
  /** Let through in any case. */
  readonly always: ReturnType<typeof rulesOf>;
  /** Undefined: nobody was seen, and what comes in is left as it is. */
  readonly callers: readonly Party[] | undefined;
  /** Undefined: what goes out is left as it is. */
  readonly called: readonly Party[] | undefined;
  readonly peersOf: PeersOf;
}

/** Whoever calls anything by its name asks for the name first, of whichever server the node has. */
const DNS: readonly PolicyPort[] = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

function policy(topology: Topology, proposed: Proposed): string {
  const { name, namespace, cluster, whom, labels, always, callers, called, peersOf } = proposed;
  const toPeers = calledPeers(peersOf);
  const rules = (parties: readonly Party[], peers: PeersOf, side: 'from' | 'to') =>
    [...always, ...rulesOf(parties, peers)].map((rule) => ({
      [side]: rule.peers,
      ...(rule.ports.length === 0 ? {} : { ports: rule.ports }),
    }));
  const document = new Document(
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace },
      spec: {
        podSelector: selectorOf(labels),
        policyTypes: [
          ...(callers === undefined ? [] : ['Ingress']),
          ...(called === undefined ? [] : ['Egress']),
        ],
        ...(callers === undefined ? {} : { ingress: rules(callers, peersOf, 'from') }),
        ...(called === undefined ? {} : { egress: [{ ports: DNS }, ...rules(called, toPeers, 'to')] }),
      },
    },
    YAML_OPTIONS,
  );
  const where = cluster === undefined ? whom : `${whom} in the cluster ${cluster}`;
  const seen = called === undefined ? `to connect to ${where}` : `to connect to ${where}, and from there`;
  const unnamed = (parties: readonly Party[] = [], peers: PeersOf, what: string) =>
    parties
      .filter(({ node }) => peers(node).length === 0)
      .map(({ node: { label, sublabel } }) => `${what}, since no selector names it: ${label}, ${sublabel}`);
  document.commentBefore = commentOf([
    `What was seen ${seen} ${whenSeen(topology)}${labels.length === 0 ? ', and its own pods' : ''}.`,
    'Look it through before you apply it: what did not connect then would be kept out.',
    ...unnamed(callers, peersOf, 'Not let in'),
    ...unnamed(called, toPeers, 'Not let out to'),
  ]);
  return document.toString();
}
