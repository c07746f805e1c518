import { canonicalGraph, compareNodes, type LayoutGraph } from './graph';

/** A node of the layered layout, or a bend of a long edge where it passes a rank (`id` is null). */
export interface Vertex {
  readonly id: string | null;
  readonly group: string;
  /** Position in the order of names, the last tie-break everywhere. */
  readonly index: number;
  rank: number;
  /** Place within the rank, from 0. */
  order: number;
  /** Which of its rank's columns it stands in, from 0. */
  column: number;
  /** Coordinate across the flow. */
  across: number;
  /** Neighbours on the rank before and after. Before bends are put in: on any rank. */
  before: Vertex[];
  after: Vertex[];
  /** Coordinate of an earlier layout that the order starts from. */
  earlier: number | undefined;
}

/** One vertex a node, in the order of their names, with its neighbours along the direction of the edges. */
export function verticesOf(graph: LayoutGraph): Vertex[] {
  const canonical = canonicalGraph(graph);
  const vertices = new Map(
    [...canonical.nodes]
      .sort(compareNodes)
      .map((node, index) => [node.id, createVertex(node.id, node.group, index)]),
  );
  for (const edge of canonical.edges) {
    const source = vertices.get(edge.source);
    const target = vertices.get(edge.target);
    if (source && target) {
      source.after.push(target);
      target.before.push(source);
    }
  }
  // Whatever is searched from one to the next is found in that order.
  for (const { before, after } of vertices.values()) {
    before.sort(byIndex);
    after.sort(byIndex);
  }
  return [...vertices.values()];
}

function byIndex(a: Vertex, b: Vertex): number {
  return a.index - b.index;
}

export function createVertex(id: string | null, group: string, index: number): Vertex {
  return {
    id,
    group,
    index,
    rank: 0,
    order: 0,
    column: 0,
    across: 0,
    before: [],
    after: [],
    earlier: undefined,
  };
}
