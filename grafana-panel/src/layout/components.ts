import { compareIds, type LayoutEdge, type LayoutGraph, type LayoutNode } from './graph';

/**
 * The parts of a graph that no edge joins, the greatest first: what is not connected need not be laid out together.
 * Deterministic whatever order nodes and edges come in.
 */
export function componentsOf({ nodes, edges }: LayoutGraph): readonly LayoutGraph[] {
  const rootOf = disjointSets(edges);
  const parts = new Map<string, { readonly nodes: LayoutNode[]; readonly edges: LayoutEdge[] }>();
  for (const node of nodes) {
    const root = rootOf(node.id);
    const part = parts.get(root) ?? { nodes: [], edges: [] };
    part.nodes.push(node);
    parts.set(root, part);
  }
  for (const edge of edges) {
    parts.get(rootOf(edge.source))?.edges.push(edge);
  }
  const first = (part: LayoutGraph) => part.nodes.map(({ id }) => id).reduce((a, b) => (a < b ? a : b));
  return [...parts.values()].sort(
    (a, b) => b.nodes.length - a.nodes.length || compareIds(first(a), first(b)),
  );
}

/** Tells of each id which other one stands for all that it is connected with (union-find, with path halving). */
export function disjointSets(
  edges: readonly { readonly source: string; readonly target: string }[],
): (id: string) => string {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    let at = id;
    for (let parent = parents.get(at); parent !== undefined; parent = parents.get(at)) {
      const grandparent = parents.get(parent);
      if (grandparent !== undefined) {
        parents.set(at, grandparent);
      }
      at = parent;
    }
    return at;
  };
  for (const { source, target } of edges) {
    const [a, b] = [rootOf(source), rootOf(target)];
    if (a !== b) {
      parents.set(a, b);
    }
  }
  return rootOf;
}
