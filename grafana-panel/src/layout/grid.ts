import { compareIds, compareNodes, type LayoutNode, type Point } from './graph';

/** Between two groups' blocks, as a share of a cell. */
const BLOCK_GAP = 0.4;

/**
 * Nodes without edges as a tidy grid, a block a group, blocks side by side while they fit.
 *
 * @param corner Centre of the first cell.
 * @param width Room for the grid; one block may need more.
 * @param cell Room of a node.
 */
export function gridOf(
  nodes: readonly LayoutNode[],
  corner: Point,
  width: number,
  cell: { readonly width: number; readonly height: number },
): Map<string, Point> {
  const columns = Math.max(1, Math.round(width / cell.width));
  const positions = new Map<string, Point>();
  let left = 0;
  let top = 0;
  let rowHeight = 0;
  for (const members of blocksOf(nodes)) {
    const across = Math.min(members.length, columns);
    const down = Math.ceil(members.length / across);
    if (left > 0 && left + across > columns + 0.5) {
      left = 0;
      top += rowHeight + BLOCK_GAP;
      rowHeight = 0;
    }
    members.forEach((node, index) => {
      positions.set(node.id, {
        x: corner.x + (left + (index % across)) * cell.width,
        y: corner.y + (top + Math.floor(index / across)) * cell.height,
      });
    });
    left += across + BLOCK_GAP;
    rowHeight = Math.max(rowHeight, down);
  }
  return positions;
}

function blocksOf(nodes: readonly LayoutNode[]): LayoutNode[][] {
  const blocks = new Map<string, LayoutNode[]>();
  const sorted = [...nodes].sort((a, b) => compareIds(a.group, b.group) || compareNodes(a, b));
  for (const node of sorted) {
    const block = blocks.get(node.group) ?? [];
    block.push(node);
    blocks.set(node.group, block);
  }
  return [...blocks.values()];
}
