import { blocks } from './blocks';
import { boundsOf } from './bounds';
import { componentsOf } from './components';
import { force } from './force';
import { connectedIds, type Direction, type LayoutGraph, type Point, type Positions } from './graph';
import { gridOf } from './grid';
import { layered } from './layered';
import { packed } from './packing';
import { CELL, GRID_GAP, SLOT } from './spacing';
import { stretched } from './stretching';

/** Connected nodes from which on forces draw the picture: ranks of more are no longer readable. */
export const MOST_LAYERED = 500;
/** And edges: each that passes a rank takes a place in it. */
const MOST_LAYERED_EDGES = 1_500;

export interface LayoutOptions {
  readonly direction: Direction;
  /** Width over height of the panel. */
  readonly aspect: number;
  /** Positions of an earlier layout, to stay near to. */
  readonly earlier?: Positions;
}

/**
 * Places for all nodes of a graph: what is connected in ranks, each part by itself, or by forces when it is much; the rest
 * as a grid below.
 * What is clustered as blocks.
 * Yields a picture that is still forming whenever there is one to show.
 */
export function* layout(
  graph: LayoutGraph,
  options: LayoutOptions,
): Generator<Map<string, Point>, Map<string, Point>> {
  if (graph.clustered === true) {
    return blocks(graph, options.aspect);
  }
  const connected = connectedIds(graph);
  const core = { nodes: graph.nodes.filter(({ id }) => connected.has(id)), edges: graph.edges };
  const rest = graph.nodes.filter(({ id }) => !connected.has(id));
  if (core.nodes.length <= MOST_LAYERED && core.edges.length <= MOST_LAYERED_EDGES) {
    const pictures = componentsOf(core).map((part) => layered(part, options));
    const picture = packed(pictures, options.aspect);
    return withGrid(stretched(picture, options.direction, options.aspect), graph.edges, rest, options.aspect);
  }
  const forming = force(core, { earlier: options.earlier });
  for (let step = forming.next(); ; step = forming.next()) {
    if (step.done) {
      return withGrid(step.value, graph.edges, rest, options.aspect);
    }
    yield withGrid(step.value, graph.edges, rest, options.aspect);
  }
}

/** The grid is as wide as makes all of it as wide, for its height, as the panel; it comes up to what is above it. */
function withGrid(
  positions: Map<string, Point>,
  edges: LayoutGraph['edges'],
  rest: LayoutGraph['nodes'],
  aspect: number,
): Map<string, Point> {
  const bounds = boundsOf(positions.values());
  const cell = bounds ? CELL : SLOT;
  const above = bounds ? bounds.bottom - bounds.top + SLOT.height * GRID_GAP : 0;
  const across = bounds ? bounds.right - bounds.left + SLOT.width : 0;
  const area = rest.length * cell.width * cell.height;
  // width / (above + area / width) = aspect
  const tidy = (above * aspect + Math.sqrt((above * aspect) ** 2 + 4 * area * aspect)) / 2;
  const grid = gridOf(rest, { x: bounds?.left ?? 0, y: 0 }, Math.max(tidy, across), cell);
  const { left = 0, right = 0 } = boundsOf(grid.values()) ?? {};
  const reach = { left: left - SLOT.width, right: right + SLOT.width };
  const top = bounds ? lowestWithin(reach, positions, edges) + SLOT.height * GRID_GAP : 0;
  for (const [id, { x, y }] of grid) {
    positions.set(id, { x, y: y + top });
  }
  return positions;
}

/** How far down nodes and the lines between them come within two limits. */
function lowestWithin(
  { left, right }: { readonly left: number; readonly right: number },
  positions: Positions,
  edges: LayoutGraph['edges'],
): number {
  let lowest = -Infinity;
  const add = ({ x, y }: Point) => {
    lowest = x >= left && x <= right ? Math.max(lowest, y) : lowest;
  };
  for (const point of positions.values()) {
    add(point);
  }
  for (const { source, target } of edges) {
    const [from, to] = [positions.get(source), positions.get(target)];
    if (from && to && from.x !== to.x) {
      for (const x of [left, right]) {
        const share = (x - from.x) / (to.x - from.x);
        if (share > 0 && share < 1) {
          add({ x, y: from.y + (to.y - from.y) * share });
        }
      }
    }
  }
  return Number.isFinite(lowest) ? lowest : 0;
}
