import type { Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { Document } from 'yaml';
import {
  type Caller,
  callersOf,
  type IngressRule,
  ingressOf,
  inNamespace,
  outsidePeers,
  type Peer,
} from './callers';
import { commentOf, factValues, whenSeen } from './seen';

/** Namespaces without which a cluster does not run: nothing is proposed for them. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/**
 * Kubernetes network policies that let in what was seen, on the ports on which it was, and nothing else: one a
 * namespace, as YAML documents.
 *
 * @param topology Of the namespaces view.
 */
export function namespacePolicies(topology: Topology): string {
  const callers = callersOf(topology);
  return topology.nodes
    .filter(isOwnNamespace)
    .map((node) => {
      const others = (callers.get(node.id) ?? []).filter((caller) => caller.node.id !== node.id);
      return policy(topology, others, {
        name: 'seen-connections',
        namespace: node.label,
        cluster: factValues(node, 'cluster')[0],
        whom: node.label,
        labels: [],
        ingress: [{ from: [{ podSelector: {} }] }, ...ingressOf(others, namespacePeers)],
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
 * The same, one for the pods of each controller that was called, by the labels that its pods share.
 *
 * @param topology Of the controllers view.
 */
export function podPolicies(topology: Topology): string {
  const callers = callersOf(topology);
  return topology.nodes
    .filter(isSelectable)
    .flatMap((node) => {
      const own = callers.get(node.id) ?? [];
      const [namespace = '', cluster] = [factValues(node, 'namespace')[0], factValues(node, 'cluster')[0]];
      const peersOf = (other: TopologyNode) => podPeers(other, namespace);
      return own.length === 0
        ? []
        : policy(topology, own, {
            name: `${node.kind}-${node.label}-seen-connections`,
            namespace,
            cluster,
            whom: `the pods of ${node.label} in ${namespace}`,
            labels: factValues(node, 'pod_labels'),
            ingress: ingressOf(own, peersOf),
            peersOf,
          });
    })
    .join('---\n');
}

/** Whether its pods have known labels, by which a policy can select them. */
export function isSelectable(node: TopologyNode): boolean {
  const [namespace = ''] = factValues(node, 'namespace');
  return namespace !== '' && !SYSTEM.has(namespace) && factValues(node, 'pod_labels').length > 0;
}

interface Proposed {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string | undefined;
  /** For the comment. */
  readonly whom: string;
  /** Of the pods that it is for, `name=value`; none: all of the namespace. */
  readonly labels: readonly string[];
  readonly ingress: readonly IngressRule[];
  readonly peersOf: (node: TopologyNode) => readonly Peer[];
}

function policy(topology: Topology, callers: readonly Caller[], proposed: Proposed): string {
  const { name, namespace, cluster, whom, labels, ingress, peersOf } = proposed;
  const document = new Document(
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace },
      spec: { podSelector: selectorOf(labels), policyTypes: ['Ingress'], ingress },
    },
    { aliasDuplicateObjects: false },
  );
  const where = cluster === undefined ? whom : `${whom} in the cluster ${cluster}`;
  const unnamed = callers.filter(({ node }) => peersOf(node).length === 0);
  document.commentBefore = commentOf([
    `What was seen to connect to ${where} ${whenSeen(topology)}${labels.length === 0 ? ', and its own pods' : ''}.`,
    'Look it through before you apply it: what did not connect then would be kept out.',
    ...unnamed.map(
      ({ node: { label, sublabel } }) => `Not let in, since no selector names it: ${label}, ${sublabel}`,
    ),
  ]);
  return document.toString();
}

function namespacePeers(node: TopologyNode): readonly Peer[] {
  return node.kind === 'namespace' ? [{ namespaceSelector: inNamespace(node.label) }] : outsidePeers(node);
}

/** Pods by their labels, those without known ones by their namespace alone. */
function podPeers(node: TopologyNode, home: string): readonly Peer[] {
  const [namespace] = factValues(node, 'namespace');
  if (namespace === undefined || node.kind === 'service') {
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

function selectorOf(labels: readonly string[]): NonNullable<Peer['podSelector']> {
  const pairs = labels.map((label) => {
    const end = label.indexOf('=');
    return [label.slice(0, end), label.slice(end + 1)] as const;
  });
  return pairs.length === 0 ? {} : { matchLabels: Object.fromEntries(pairs) };
}
