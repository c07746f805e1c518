import type { NodeKind, Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';

/** Past so many nodes or edges a line for each is a blot: the picture is then one of groups. */
const MOST_NODES = 500;
const MOST_EDGES = 1_200;
/** Edges a node, from which on no line can be followed. */
const DENSE = 8;
const OUTSIDE: ReadonlySet<NodeKind> = new Set(['internet', 'external', 'unmanaged', 'overflow']);

/**
 * The group of each node of a picture that is too much for single lines: its namespace where it has one, hosts by the
 * beginning of their names, else what the node itself names. Empty: of none. Undefined where the picture is small enough
 * to be drawn line by line, or there are no groups. Members of networks always stand together with their network.
 */
export function clustersOf(topology: Topology): ReadonlyMap<string, string> | undefined {
  const isOfNetworks = topology.view === 'networks' && topology.nodes.some(({ kind }) => kind === 'network');
  const isSmall = topology.nodes.length <= MOST_NODES && topology.edges.length <= MOST_EDGES;
  if (isSmall && !isOfNetworks) {
    return undefined;
  }
  const cluster = isOfNetworks ? byNetwork(topology) : byNature(topology);
  const clusters = new Map(topology.nodes.map((node) => [node.id, cluster(node)]));
  const names = new Set(clusters.values());
  names.delete('');
  // One group alone is nothing but a frame, unless its lines could not be told apart anyhow.
  const isDense = topology.edges.length > DENSE * topology.nodes.length;
  return names.size > (isDense || isOfNetworks ? 0 : 1) ? clusters : undefined;
}

type Cluster = (node: TopologyNode) => string;

function byNature({ nodes }: Topology): Cluster {
  const stems = new Map<string, number>();
  for (const node of nodes) {
    if (node.kind === 'host') {
      stems.set(stemOf(node), (stems.get(stemOf(node)) ?? 0) + 1);
    }
  }
  return (node) => {
    if (OUTSIDE.has(node.kind)) {
      return '';
    }
    if (node.kind === 'host') {
      const stem = stemOf(node);
      return stem !== '' && (stems.get(stem) ?? 0) > 1 ? stem : 'other hosts';
    }
    const namespace = node.facts.find(({ key }) => key === 'namespace')?.values[0] ?? '';
    return namespace === '' ? node.group : namespace;
  };
}

/** `app-07.example.com` is one of `app`. */
function stemOf({ label }: TopologyNode): string {
  return /^(.*?)[-_.]?\d+(?:\.|$)/.exec(label)?.[1] ?? '';
}

/** A member of several networks stands with the first by its name. */
function byNetwork({ nodes, edges }: Topology): Cluster {
  const all = nodes.filter(({ kind }) => kind === 'network');
  const times = new Map<string, number>();
  for (const { label } of all) {
    times.set(label, (times.get(label) ?? 0) + 1);
  }
  // Each host has a network of its own by the name of `bridge`.
  const titles = new Map(
    all.map(({ id, label, group }) => [
      id,
      times.get(label) === 1 || group === '' ? label : `${label} on ${group}`,
    ]),
  );
  const networks = new Map<string, string>();
  for (const { source, target } of edges) {
    const [title, known] = [titles.get(target), networks.get(source)];
    if (title !== undefined && (known === undefined || title < known)) {
      networks.set(source, title);
    }
  }
  return ({ id, kind }) => titles.get(id) ?? networks.get(id) ?? (OUTSIDE.has(kind) ? '' : 'no network');
}
