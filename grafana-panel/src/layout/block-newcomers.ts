import { cellOf, type Cell } from './blocks';
import { boundsOf } from './bounds';
import { canonicalGraph, type LayoutGraph, type Point, type Positions } from './graph';
import { Occupancy } from './occupancy';

/**
 * Places for the nodes that have none yet in a picture of blocks: in their own block, first where others left, then at
 * its end; a new group below all others. Who has a place keeps it.
 */
export function placeInBlocks(graph: LayoutGraph, known: Positions): Map<string, Point> {
  const cell = cellOf(graph);
  const occupancy = new Occupancy(cell.width, cell.height);
  const positions = new Map<string, Point>();
  const { nodes } = canonicalGraph(graph);
  const members = new Map<string, Point[]>();
  for (const { id, group } of nodes) {
    const point = known.get(id);
    if (point) {
      positions.set(id, point);
      occupancy.take(point);
      const list = members.get(group) ?? [];
      list.push(point);
      members.set(group, list);
    }
  }
  const all = boundsOf(known.values()) ?? { left: 0, top: 0, right: 0, bottom: 0 };
  let below = all.bottom + 3 * cell.height;
  for (const { id, group } of nodes) {
    if (!positions.has(id)) {
      const mates = members.get(group) ?? [];
      const wanted = freeWithin(mates, cell, occupancy) ??
        boundsOf(mates) ?? { left: all.left, bottom: below };
      const point = occupancy.takeNearest({ x: wanted.left, y: wanted.bottom });
      below = Math.max(below, mates.length === 0 ? point.y + 3 * cell.height : 0);
      positions.set(id, point);
      mates.push(point);
      members.set(group, mates);
    }
  }
  return positions;
}

/** The first free cell of the block, row by row. */
function freeWithin(
  mates: readonly Point[],
  cell: Cell,
  occupancy: Occupancy,
): { readonly left: number; readonly bottom: number } | undefined {
  const [first] = mates;
  const block = boundsOf(mates);
  if (!first || !block) {
    return undefined;
  }
  for (let y = block.top; y <= block.bottom + 1; y += cell.height) {
    for (let x = block.left; x <= block.right + 1; x += cell.width) {
      if (occupancy.isFree({ x, y })) {
        return { left: x, bottom: y };
      }
    }
  }
  return undefined;
}
