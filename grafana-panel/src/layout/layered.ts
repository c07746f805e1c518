import { breakCycles } from './acyclic';
import { splitLongEdges } from './bends';
import { boundsOf } from './bounds';
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

/** Below this share of the wanted ratio a picture wastes too much of the panel. */
const MOST_TOO_TALL = 0.6;

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
  return arrange(ranks, options);
}

/** Breaks wide ranks; once more, and harder, where the picture came out much taller than the panel. */
function arrange(ranks: Vertex[][], { direction, aspect }: LayeredOptions): Map<string, Point> {
  const spacing = spacingOf(direction);
  const columnGap = direction === 'right' ? SLOT.width : SLOT.height;
  const ratio = direction === 'right' ? aspect : 1 / aspect;
  const sizes = ranks.map((rank) => rank.filter((vertex) => vertex.id !== null).length);
  const passing = ranks.map((rank, index) => (rank.length - (sizes[index] ?? 0)) * LANE);
  const attempt = (wanted: number) => {
    const columns = wrapRanks(sizes, passing, spacing, columnGap, wanted);
    assignCoordinates(ranks, columns, spacing.node);
    return place(ranks, columns, spacing.rank, columnGap, direction);
  };
  const positions = attempt(ratio);
  const reached = ratioOf(positions, direction);
  return reached < ratio * MOST_TOO_TALL ? attempt((ratio * ratio) / reached) : positions;
}

/** Length along the flow over length across it, with the room of the outer nodes. */
function ratioOf(positions: Map<string, Point>, direction: Direction): number {
  const { left, top, right, bottom } = boundsOf(positions.values()) ?? {
    left: 0,
    top: 0,
    right: 0,
    bottom: 0,
  };
  const ratio = (right - left + SLOT.width) / (bottom - top + SLOT.height);
  return direction === 'right' ? ratio : 1 / ratio;
}

function recall(vertices: readonly Vertex[], { earlier, direction }: LayeredOptions): void {
  for (const vertex of vertices) {
    const point = vertex.id === null ? undefined : earlier?.get(vertex.id);
    vertex.earlier = direction === 'right' ? point?.y : point?.x;
  }
}

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
    for (const vertex of rank) {
      if (vertex.id !== null) {
        const along = start + vertex.column * columnGap;
        positions.set(
          vertex.id,
          direction === 'right' ? { x: along, y: vertex.across } : { x: vertex.across, y: along },
        );
      }
    }
    start += ((columns[index] ?? 1) - 1) * columnGap + rankGap;
  });
  return positions;
}
