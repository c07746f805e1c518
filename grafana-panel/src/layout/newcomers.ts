import { boundsOf } from './bounds';
import {
  canonicalGraph,
  connectedIds,
  type Direction,
  type LayoutGraph,
  type Point,
  type Positions,
} from './graph';
import { Occupancy } from './occupancy';
import { placeInBlocks } from './block-newcomers';
import { CELL, GRID_GAP, SLOT, spacingOf } from './spacing';

/**
 * Places for the nodes that have none yet, beside their neighbours and off everybody else's place. Who has a place
 * keeps it: this is what makes a refresh calm.
 */
export function placeNewcomers(
  graph: LayoutGraph,
  known: Positions,
  direction: Direction,
): Map<string, Point> {
  if (graph.clustered === true) {
    return placeInBlocks(graph, known);
  }
  const { nodes, edges } = canonicalGraph(graph);
  const connected = connectedIds(graph);
  const positions = new Map<string, Point>();
  const occupancy = new Occupancy();
  const cell = connected.size > 0 ? CELL : SLOT;
  const cells = new Occupancy(cell.width, cell.height);
  const waiting: string[] = [];
  for (const { id } of nodes) {
    const point = known.get(id);
    if (point) {
      positions.set(id, point);
      occupancy.take(point);
      cells.take(point);
    } else {
      waiting.push(id);
    }
  }
  const corner = gridCorner(known, connected);
  const callers = neighbours(edges.map(({ source, target }) => [target, source]));
  const callees = neighbours(edges.map(({ source, target }) => [source, target]));
  const pointsOf = (ids: readonly string[] | undefined) =>
    (ids ?? []).flatMap((id) => positions.get(id) ?? []);
  const settled = new Map(
    waiting.map((id) => [id, pointsOf(callers.get(id)).length + pointsOf(callees.get(id)).length]),
  );
  const columns = columnsOf(known.values(), direction);
  for (let id = mostSettled(settled); id !== undefined; id = mostSettled(settled)) {
    const wanted = wish(pointsOf(callers.get(id)), pointsOf(callees.get(id)), columns, direction);
    const point = wanted
      ? occupancy.takeNearest(wanted, direction === 'right' ? 3 : 1 / 3)
      : connected.has(id)
        ? firstFree(occupancy, corner, SLOT, 1)
        : firstFree(cells, corner, cell, 0);
    if (!wanted) {
      occupancy.take(point);
    }
    cells.take(point);
    positions.set(id, point);
    settled.delete(id);
    for (const neighbour of [...(callers.get(id) ?? []), ...(callees.get(id) ?? [])]) {
      const count = settled.get(neighbour);
      if (count !== undefined) {
        settled.set(neighbour, count + 1);
      }
    }
  }
  return positions;
}

function neighbours(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const [of, neighbour] of pairs) {
    const list = lists.get(of) ?? [];
    list.push(neighbour);
    lists.set(of, list);
  }
  return lists;
}

/** The newcomer with the most neighbours that have a place; among equals the first by id. */
function mostSettled(settled: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let most = -1;
  for (const [id, count] of settled) {
    if (count > most) {
      best = id;
      most = count;
    }
  }
  return best;
}

/** After the callers, before the callees, level with them; on a column that exists where one is near. */
function wish(
  callers: readonly Point[],
  callees: readonly Point[],
  columns: readonly number[],
  direction: Direction,
): Point | undefined {
  const all = [...callers, ...callees];
  if (all.length === 0) {
    return undefined;
  }
  const alongOf = (point: Point) => (direction === 'right' ? point.x : point.y);
  const acrossOf = (point: Point) => (direction === 'right' ? point.y : point.x);
  const { rank } = spacingOf(direction);
  const after = Math.max(...callers.map(alongOf));
  const before = Math.min(...callees.map(alongOf));
  const ideal =
    callers.length === 0 ? before - rank : callees.length === 0 ? after + rank : (after + before) / 2;
  const along =
    columns.find((column) => Math.abs(column - ideal) < rank / 3) ??
    // Ranks may be further apart than the least distance.
    (callers.length === 0
      ? columns.findLast((column) => column < before - rank / 2 && column > before - 2 * rank)
      : callees.length === 0
        ? columns.find((column) => column > after + rank / 2 && column < after + 2 * rank)
        : undefined) ??
    ideal;
  const across = all.reduce((sum, point) => sum + acrossOf(point), 0) / all.length;
  return direction === 'right' ? { x: along, y: across } : { x: across, y: along };
}

function columnsOf(points: Iterable<Point>, direction: Direction): number[] {
  const rounded = new Set<number>();
  for (const point of points) {
    rounded.add(Math.round(direction === 'right' ? point.x : point.y));
  }
  return [...rounded].sort((a, b) => a - b);
}

interface Corner extends Point {
  /** Room for the grid's rows. */
  readonly width: number;
}

/** Where the grid of the unconnected begins: where it stands already, or below the picture. */
function gridCorner(known: Positions, connected: ReadonlySet<string>): Corner {
  const picture = boundsOf([...known].flatMap(([id, point]) => (connected.has(id) ? [point] : [])));
  const isBelow = ({ y }: Point) => picture === undefined || y > picture.bottom;
  const grid = boundsOf(
    [...known].flatMap(([id, point]) => (!connected.has(id) && isBelow(point) ? [point] : [])),
  );
  const width = Math.max(picture ? picture.right - picture.left : 0, grid ? grid.right - grid.left : 0);
  return grid
    ? { x: grid.left, y: grid.top, width }
    : { x: picture?.left ?? 0, y: picture ? picture.bottom + SLOT.height * GRID_GAP : 0, width };
}

/** The first free cell of the grid, row by row; what has edges to other newcomers begins a row lower. */
function firstFree(
  occupancy: Occupancy,
  corner: Corner,
  cell: { readonly width: number; readonly height: number },
  firstRow: number,
): Point {
  const columns = Math.max(6, Math.round(corner.width / cell.width) + 1);
  for (let index = firstRow * columns; ; index++) {
    const point = {
      x: corner.x + (index % columns) * cell.width,
      y: corner.y + Math.floor(index / columns) * cell.height,
    };
    if (occupancy.isFree(point)) {
      return point;
    }
  }
}
