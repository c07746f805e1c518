import type { Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { Document } from 'yaml';
import { commentOf, factValues, whenSeen } from './seen';

/** Namespaces without which a cluster does not run: nothing is proposed for them. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);
const NAME = 'seen-connections';

/**
 * Kubernetes network policies that let in what was seen, and nothing else: one a namespace, as YAML documents. Without
 * ports, since what was dialled may be a Service's.
 *
 * @param topology Of the namespaces view.
 */
export function networkPolicies(topology: Topology): string {
  const clients = new Map<string, TopologyNode[]>();
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  for (const { source, target, kind } of topology.edges) {
    const client = nodes.get(source);
    if (client !== undefined && kind === undefined) {
      clients.set(target, [...(clients.get(target) ?? []), client]);
    }
  }
  const documents = topology.nodes
    .filter(isOwnNamespace)
    .map((node) => policyOf(node, clients.get(node.id) ?? [], whenSeen(topology)));
  return documents.join('---\n');
}

/** Whether a policy can be proposed for it. */
export function isOwnNamespace({ kind, label }: TopologyNode): boolean {
  return kind === 'namespace' && !SYSTEM.has(label);
}

function policyOf(namespace: TopologyNode, clients: readonly TopologyNode[], when: string): string {
  const others = clients.filter(({ id }) => id !== namespace.id).toSorted(byLabel);
  const peers = others.flatMap(peersOf);
  const unnamed = others.filter((client) => peersOf(client).length === 0);
  const document = new Document({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: NAME, namespace: namespace.label },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: {} }] }, ...(peers.length === 0 ? [] : [{ from: peers }])],
    },
  });
  const [cluster] = factValues(namespace, 'cluster');
  const where = cluster === undefined ? namespace.label : `${namespace.label} in the cluster ${cluster}`;
  document.commentBefore = commentOf([
    `What was seen to connect to ${where} ${when}, and its own pods.`,
    'Look it through before you apply it: what did not connect then would be kept out.',
    ...unnamed.map(({ label, sublabel }) => `Not let in, since no selector names it: ${label}, ${sublabel}`),
  ]);
  return document.toString();
}

type Peer =
  | { readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> } }
  | { readonly ipBlock: { readonly cidr: string } };

/** What selects a client; nothing where only its host could tell it, whose address a policy would not see. */
function peersOf(client: TopologyNode): readonly Peer[] {
  if (client.kind === 'namespace') {
    return [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': client.label } } }];
  }
  if (client.kind === 'internet') {
    return [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }];
  }
  return [...factValues(client, 'address'), ...factValues(client, 'addresses')]
    .filter((ip) => /^[0-9a-f.:]+$/i.test(ip))
    .map((ip) => ({ ipBlock: { cidr: `${ip}/${ip.includes(':') ? 128 : 32}` } }));
}

function byLabel(a: TopologyNode, b: TopologyNode): number {
  return a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
}
