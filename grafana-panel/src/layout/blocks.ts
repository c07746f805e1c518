import { flowOrder } from './flow-order';
import { compareNodes, type LayoutGraph, type LayoutNode, type Point } from './graph';
import { SLOT } from './spacing';

/** Room of a node: where there are few, where there are more, and so many that only their groups have names. */
const CELLS = [
  { most: 60, width: SLOT.width, height: SLOT.height },
  { most: 400, width: 132, height: 108 },
] as const;
const DENSE_CELL = { width: 64, height: 64 } as const;
/**
 * Room of what belongs to no group, such as the Internet: these have names at every zoom, which take a share of the
 * picture's width however large it is.
 */
const OUTSIDE = { width: 260, height: 150, share: 0.085 } as const;
/** Between two blocks, for the title of the lower one and a row of newcomers; in cells. */
const GAP = { across: 1.5, down: 2 } as const;
/** Width over height of a block that is free to choose. */
const BLOCK_ASPECT = 1.5;
/** Heights of the picture that are tried. */
const ATTEMPTS = 40;

/**
 * A picture for what is too much for lines: every group a block of cells in the order of their names, blocks in columns
 * from clients to servers, what belongs to no group in a column before (clients) or after. As wide for its height as
 * the panel. Deterministic.
 *
 * @param aspect Width over height of the panel.
 */
export function blocks(graph: LayoutGraph, aspect: number): Map<string, Point> {
  const groups = new Map<string, LayoutNode[]>();
  for (const node of graph.nodes) {
    const members = groups.get(node.group) ?? [];
    members.push(node);
    groups.set(node.group, members);
  }
  groups.forEach((members) => members.sort(compareNodes));
  const loose = groups.get('') ?? [];
  groups.delete('');
  const groupOf = new Map(graph.nodes.map(({ id, group }) => [id, group]));
  const order = flowOrder([...groups.keys()], graph.edges, (id) => groupOf.get(id) ?? '');
  const inOrder = order.map((name) => groups.get(name) ?? []);
  const positions = packed(inOrder, aspect, cellOf(graph));
  placeOutside(loose, graph, positions, aspect);
  return positions;
}

/** Room of a node of that picture. */
export function cellOf({ nodes }: { readonly nodes: readonly unknown[] }): Cell {
  return CELLS.find(({ most }) => nodes.length <= most) ?? DENSE_CELL;
}

export interface Cell {
  readonly width: number;
  readonly height: number;
}

/** A block at its place, in cells. */
interface Placed {
  readonly members: readonly LayoutNode[];
  readonly left: number;
  readonly top: number;
  readonly across: number;
}

interface Packing {
  readonly placed: readonly Placed[];
  readonly width: number;
  readonly height: number;
}

/** The height that wastes the least room for the ratio of the panel. */
function packed(groups: readonly LayoutNode[][], aspect: number, cell: Cell): Map<string, Point> {
  const ratio = (aspect * cell.height) / cell.width;
  const area = groups.reduce((sum, { length }) => sum + length + 2 * Math.sqrt(length) + 4, 0);
  let best: Packing | undefined;
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const height = Math.sqrt(area / ratio) * (0.7 + (1.6 * attempt) / ATTEMPTS);
    const packing = inColumns(groups, height, cell);
    // What the picture takes of a panel that it just fits into.
    const taken = Math.max(packing.width, packing.height * ratio) ** 2 / ratio;
    if (taken < least) {
      best = packing;
      least = taken;
    }
  }
  const positions = new Map<string, Point>();
  for (const { members, left, top, across } of best?.placed ?? []) {
    members.forEach(({ id }, index) => {
      positions.set(id, {
        x: (left + (index % across)) * cell.width,
        y: (top + Math.floor(index / across)) * cell.height,
      });
    });
  }
  return positions;
}

/** Blocks one below the other up to that height, as wide as the widest; small ones side by side. */
function inColumns(groups: readonly LayoutNode[][], height: number, cell: Cell): Packing {
  const placed: Placed[] = [];
  let left = 0;
  let tallest = 0;
  for (let from = 0; from < groups.length;) {
    let column = inColumn(groups.slice(from, from + 1), cell);
    let count = 1;
    while (from + count < groups.length) {
      const more = inColumn(groups.slice(from, from + count + 1), cell);
      if (more.height > height) {
        break;
      }
      column = more;
      count++;
    }
    placed.push(...column.placed.map((block) => ({ ...block, left: block.left + left })));
    left += column.width + GAP.across;
    tallest = Math.max(tallest, column.height);
    from += count;
  }
  return { placed, width: left - GAP.across, height: tallest };
}

function inColumn(groups: readonly (readonly LayoutNode[])[], cell: Cell): Packing {
  const naturals = groups.map(({ length }) => naturalWidth(length, cell));
  const width = Math.max(...naturals);
  const placed: Placed[] = [];
  let [left, top, rowHeight] = [0, 0, 0];
  groups.forEach((members, index) => {
    const natural = naturals[index] ?? 1;
    // Beside others of its row when it is narrow, else as wide as the column.
    const isNarrow = natural <= (width - GAP.across) / 2;
    if (left > 0 && (!isNarrow || left + natural > width)) {
      top += rowHeight + GAP.down;
      [left, rowHeight] = [0, 0];
    }
    const across = isNarrow ? natural : Math.min(width, members.length);
    placed.push({ members, left, top, across });
    rowHeight = Math.max(rowHeight, Math.ceil(members.length / across));
    left += across + GAP.across;
  });
  return { placed, width, height: top + rowHeight };
}

function naturalWidth(count: number, cell: Cell): number {
  return Math.max(2, Math.ceil(Math.sqrt((count * BLOCK_ASPECT * cell.height) / cell.width)));
}

/** Those that only call at the left, the others at the right, each in columns beside the blocks. */
function placeOutside(
  loose: readonly LayoutNode[],
  { edges }: LayoutGraph,
  positions: Map<string, Point>,
  aspect: number,
): void {
  const called = new Set(edges.map(({ target }) => target));
  const calling = new Set(edges.map(({ source }) => source));
  const clients = loose.filter(({ id }) => !called.has(id) && calling.has(id));
  const others = loose.filter(({ id }) => called.has(id) || !calling.has(id));
  const xs = [...positions.values()].map(({ x }) => x);
  const ys = [...positions.values()].map(({ y }) => y);
  const [left, right] = xs.length > 0 ? [Math.min(...xs), Math.max(...xs)] : [0, 0];
  const [top, bottom] = ys.length > 0 ? [Math.min(...ys), Math.max(...ys)] : [0, 0];
  const stand = (nodes: readonly LayoutNode[], from: number, step: number) => {
    const tidy = Math.ceil(Math.sqrt((nodes.length * OUTSIDE.width) / OUTSIDE.height / aspect));
    const rows = Math.max(tidy, Math.floor((bottom - top) / OUTSIDE.height) + 1);
    const used = Math.min(rows, nodes.length);
    const first = (top + bottom) / 2 - ((used - 1) / 2) * OUTSIDE.height;
    nodes.forEach(({ id }, index) => {
      positions.set(id, {
        x: from + Math.floor(index / rows) * step,
        y: first + (index % rows) * OUTSIDE.height,
      });
    });
  };
  const away = Math.max(OUTSIDE.width, (right - left) * OUTSIDE.share);
  stand(clients, left - away, -away);
  stand(others, right + away, away);
}
