import { breakCycles } from './acyclic';
import { splitLongEdges } from './bends';
import { assignCoordinates } from './coordinates';
import type { Direction, LayoutGraph, Point, Positions } from './graph';
import { orderRanks } from './ordering';
import { assignRanks } from './ranks';
import { LANE, SLOT, spacingOf } from './spacing';
import { verticesOf, type Vertex } from './vertex';
import { wrapRanks } from './wrapping';

export interface LayeredOptions {
  readonly direction: Direction;
  /** Width over height that the picture should come near to. */
  readonly aspect: number;
  /** Positions of an earlier layout: its order is where the search for a better one begins. */
  readonly earlier?: Positions;
}

/**
 * Lays a graph out in ranks, clients before servers, with few crossings and short, straight edges: the method of
 * Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of Hierarchical System Structures", 1981) with the
 * heuristics of Gansner, Koutsofios, North and Vo ("A Technique for Drawing Directed Graphs", 1993). Deterministic.
 */
export function layered(graph: LayoutGraph, options: LayeredOptions): Map<string, Point> {
  const vertices = verticesOf(graph);
  if (vertices.length === 0) {
    return new Map();
  }
  breakCycles(vertices);
  assignRanks(vertices);
  recall(vertices, options);
  const ranks = splitLongEdges(vertices);
  orderRanks(ranks);
  const spacing = spacingOf(options.direction);
  const columnGap = options.direction === 'right' ? SLOT.width : SLOT.height;
  const ratio = options.direction === 'right' ? options.aspect : 1 / options.aspect;
  const sizes = ranks.map((rank) => rank.filter((vertex) => vertex.id !== null).length);
  const passing = ranks.map((rank, index) => (rank.length - (sizes[index] ?? 0)) * LANE);
  const columns = wrapRanks(sizes, passing, spacing, columnGap, ratio);
  assignCoordinates(ranks, (rank) => spacing.node / (columns[rank] ?? 1));
  return place(ranks, columns, spacing.rank, columnGap, options.direction);
}

function recall(vertices: readonly Vertex[], { earlier, direction }: LayeredOptions): void {
  for (const vertex of vertices) {
    const point = vertex.id === null ? undefined : earlier?.get(vertex.id);
    vertex.earlier = direction === 'right' ? point?.y : point?.x;
  }
}

/** A broken rank deals its nodes to its columns in turn, so that edges to a far column pass between nodes. */
function place(
  ranks: readonly (readonly Vertex[])[],
  columns: readonly number[],
  rankGap: number,
  columnGap: number,
  direction: Direction,
): Map<string, Point> {
  const positions = new Map<string, Point>();
  let start = 0;
  ranks.forEach((rank, index) => {
    const count = columns[index] ?? 1;
    let dealt = 0;
    for (const vertex of rank) {
      if (vertex.id !== null) {
        const along = start + (dealt++ % count) * columnGap;
        positions.set(
          vertex.id,
          direction === 'right' ? { x: along, y: vertex.across } : { x: vertex.across, y: along },
        );
      }
    }
    start += (count - 1) * columnGap + rankGap;
  });
  return positions;
}
