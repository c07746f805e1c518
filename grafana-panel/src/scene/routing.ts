import { disjointSets } from '../layout/components';
import type { Direction } from '../layout/graph';
import type { EdgePath, SceneNode } from './scene';
import { SHAPE_OF_KIND, type ShapeName } from './shapes';

export interface RoutedEnds {
  readonly source: SceneNode;
  readonly target: SceneNode;
}

/** Where a name below its node ends: in a picture that flows down, edges begin under it. */
const BELOW_NAME = 58;
/** How far a shape reaches sideways, in radii. */
const REACH_OF_SHAPE: Readonly<Record<ShapeName, number>> = {
  circle: 1,
  square: 0.88,
  hexagon: 0.96,
  diamond: 1.12,
  cloud: 1.26,
  pill: 1.15,
  pentagon: 1.08,
  heptagon: 1.05,
  octagon: 0.98,
  trapezoid: 0.9,
  lean: 0.86,
  leanBack: 0.86,
  drum: 0.88,
  box: 1.15,
};
/** Free room between a node's border and what ends there. */
const PORT_GAP = 3;
/** Half the distance between the two edges of a pair that call each other. */
const TWO_WAY_OFFSET = 6;
/** Ends whose places along the flow differ by less stand side by side. */
const SIDE_BY_SIDE = 44;
/** Nodes in the way whose places along the flow differ by less are passed as one column. */
const COLUMN_WIDTH = 100;
/** What a node takes across the flow: above its centre, and below it with its label. */
const NODE_ROOM = { before: 34, after: 68, sideways: 84 } as const;
/** How far a long edge runs straight on either side of the column that it passes. */
const STRAIGHT_RUN = 48;
/** Between two long edges that have nothing to do with each other. */
const LANE_GAP = 7;

/**
 * The paths of the edges: from the side of one node to the side of the other in one soft bend, round the nodes in
 * between, and side by side where two call each other. Depends on nothing but where the nodes are, so that the same
 * places always give the same picture.
 *
 * @param curved False: straight lines, for pictures with too many edges to follow.
 */
export function routeEdges(edges: readonly RoutedEnds[], direction: Direction, curved: boolean): EdgePath[] {
  const pairs = new Set(edges.map(({ source, target }) => `${source.id}\n${target.id}`));
  const isTwoWay = ({ source, target }: RoutedEnds) => pairs.has(`${target.id}\n${source.id}`);
  if (!curved) {
    return edges.map((edge) => straightPath(edge, isTwoWay(edge) ? TWO_WAY_OFFSET : 0));
  }
  const columns = columnsOfParts(edges, direction);
  return edges.map((edge) => {
    const path = flowPath(edge, direction, isTwoWay(edge) ? TWO_WAY_OFFSET : 0, columns(edge));
    return direction === 'right' ? path : transposed(path);
  });
}

/** The offset is to the right hand of who goes along, so that the opposite edge gets the other side. */
function straightPath({ source, target }: RoutedEnds, offset: number): EdgePath {
  const length = Math.hypot(target.x - source.x, target.y - source.y) || 1;
  const dx = (target.x - source.x) / length;
  const dy = (target.y - source.y) / length;
  const start = Math.min(source.radius + PORT_GAP, length / 2);
  const end = Math.min(target.radius + PORT_GAP, length / 2);
  return {
    fromX: source.x + dx * start - dy * offset,
    fromY: source.y + dy * start + dx * offset,
    toX: target.x - dx * end - dy * offset,
    toY: target.y - dy * end + dx * offset,
    curves: undefined,
  };
}

/** Coordinates along and across the flow, whichever way it goes. */
interface Place {
  readonly along: number;
  readonly across: number;
}

function placeOf(node: SceneNode, direction: Direction): Place {
  return direction === 'right' ? { along: node.x, across: node.y } : { along: node.y, across: node.x };
}

interface Column {
  readonly along: number;
  readonly taken: Room[];
}

/** What a node, or the edge that owns it, takes of a column. */
interface Room {
  readonly from: number;
  readonly to: number;
  readonly owner: RoutedEnds | undefined;
}

/** Parts of the picture that nothing joins stand beside each other, and the columns of one are not those of another. */
function columnsOfParts(
  edges: readonly RoutedEnds[],
  direction: Direction,
): (edge: RoutedEnds) => readonly Column[] {
  const rootOf = disjointSets(edges.map(({ source, target }) => ({ source: source.id, target: target.id })));
  const parts = new Map<string, RoutedEnds[]>();
  for (const edge of edges) {
    const root = rootOf(edge.source.id);
    const members = parts.get(root);
    if (members) {
      members.push(edge);
    } else {
      parts.set(root, [edge]);
    }
  }
  const columns = new Map([...parts].map(([root, members]) => [root, columnsOf(members, direction)]));
  return ({ source }) => columns.get(rootOf(source.id)) ?? [];
}

/** Only nodes with edges are in the way: those without stand aside in a grid of their own. */
function columnsOf(edges: readonly RoutedEnds[], direction: Direction): Column[] {
  const columns: Column[] = [];
  const room =
    direction === 'right'
      ? { before: NODE_ROOM.before, after: NODE_ROOM.after }
      : { before: NODE_ROOM.sideways, after: NODE_ROOM.sideways };
  const nodes = new Set(edges.flatMap(({ source, target }) => [source, target]));
  const places = [...nodes].map((node) => placeOf(node, direction)).sort((a, b) => a.along - b.along);
  for (const { along, across } of places) {
    let column = columns.at(-1);
    if (!column || along - column.along > COLUMN_WIDTH) {
      column = { along, taken: [] };
      columns.push(column);
    }
    column.taken.push({ from: across - room.before, to: across + room.after, owner: undefined });
  }
  return columns;
}

function flowPath(
  edge: RoutedEnds,
  direction: Direction,
  offset: number,
  columns: readonly Column[],
): EdgePath {
  const source = placeOf(edge.source, direction);
  const target = placeOf(edge.target, direction);
  const distance = target.along - source.along;
  if (Math.abs(distance) <= SIDE_BY_SIDE) {
    return sidePath(edge, source, target);
  }
  const way = Math.sign(distance);
  const port = (node: SceneNode, side: number) =>
    direction === 'down' && side > 0 ? BELOW_NAME : borderAt(node, offset);
  const from = {
    along: source.along + way * port(edge.source, way),
    across: source.across + way * offset,
  };
  const to = { along: target.along - way * port(edge.target, -way), across: target.across + way * offset };
  const between = columns.filter(
    ({ along }) => (along - source.along) * way > COLUMN_WIDTH && (target.along - along) * way > COLUMN_WIDTH,
  );
  const curves: number[] = [];
  lead(curves, from, to, way > 0 ? between : between.reverse(), edge);
  return { fromX: from.along, fromY: from.across, toX: to.along, toY: to.across, curves };
}

/** One bend where nothing is in its way; otherwise through a gap of the first column that is. */
function lead(curves: number[], from: Place, to: Place, columns: readonly Column[], edge: RoutedEnds): void {
  const at = columns.findIndex((column) => !passes(column, from, to, edge));
  const column = columns[at];
  if (!column) {
    for (const { along, taken } of columns) {
      takeLane(taken, acrossAt(from, to, along), edge);
    }
    bend(curves, from, to);
    return;
  }
  const rooms = column.taken.filter((room) => isInTheWay(room, edge));
  const across = nearestGap(rooms, acrossAt(from, to, column.along));
  const run =
    Math.sign(to.along - from.along) * Math.min(STRAIGHT_RUN, Math.abs(column.along - from.along) / 3);
  const entry = { along: column.along - run, across };
  const exit = { along: column.along + run, across };
  takeLane(column.taken, across, edge);
  lead(curves, from, entry, columns.slice(0, at), edge);
  bend(curves, entry, exit);
  lead(curves, exit, to, columns.slice(at + 1), edge);
}

/** Whether the bend is clear of the column's nodes along the whole width of their names; edges may cross each other. */
function passes({ along, taken }: Column, from: Place, to: Place, edge: RoutedEnds): boolean {
  const middle = acrossAt(from, to, along);
  const before = acrossAt(from, to, along - STRAIGHT_RUN);
  const after = acrossAt(from, to, along + STRAIGHT_RUN);
  return taken.every((room) => {
    if (!isInTheWay(room, edge)) {
      return true;
    }
    return room.owner
      ? middle <= room.from || middle >= room.to
      : Math.max(before, after) <= room.from || Math.min(before, after) >= room.to;
  });
}

function takeLane(taken: Room[], across: number, owner: RoutedEnds): void {
  taken.push({ from: across - LANE_GAP, to: across + LANE_GAP, owner });
}

/** Where a line leaving along the flow at `offset` from the middle meets the node's border. */
function borderAt({ kind, radius }: SceneNode, offset: number): number {
  return Math.sqrt((radius * REACH_OF_SHAPE[SHAPE_OF_KIND[kind]]) ** 2 - offset ** 2) + PORT_GAP;
}

/** Between two nodes of one column: an arc on the side that requests leave from. */
function sidePath({ source, target }: RoutedEnds, from: Place, to: Place): EdgePath {
  const way = Math.sign(to.across - from.across) || 1;
  const bulge = 46 + Math.min(60, Math.abs(to.across - from.across) * 0.12);
  const lean = Math.SQRT1_2;
  const fromX = from.along + source.radius * lean + PORT_GAP;
  const fromY = from.across + way * (source.radius * lean);
  const toX = to.along + target.radius * lean + PORT_GAP;
  const toY = to.across - way * (target.radius * lean);
  const curves = [
    fromX + bulge * 0.7,
    fromY + way * bulge * 0.3,
    toX + bulge * 0.7,
    toY - way * bulge * 0.3,
    toX,
    toY,
  ];
  return { fromX, fromY, toX, toY, curves };
}

function bend(curves: number[], from: Place, to: Place): void {
  const half = (to.along - from.along) / 2;
  curves.push(from.along + half, from.across, to.along - half, to.across, to.along, to.across);
}

/** Where the bend between two places passes `along`, near enough: smoothstep is what the cubic above draws. */
function acrossAt(from: Place, to: Place, along: number): number {
  const share = Math.min(1, Math.max(0, (along - from.along) / (to.along - from.along)));
  return from.across + (to.across - from.across) * share * share * (3 - 2 * share);
}

/** Edges that share an end may run together. */
function isInTheWay({ owner }: Room, edge: RoutedEnds): boolean {
  return !owner || (owner.source !== edge.source && owner.target !== edge.target);
}

/** The place nearest to the wanted one that is in none of the rooms. */
function nearestGap(rooms: readonly Room[], wanted: number): number {
  const isFree = (at: number) => rooms.every(({ from, to }) => at <= from || at >= to);
  let best = wanted;
  let least = Infinity;
  for (const at of [wanted, ...rooms.flatMap(({ from, to }) => [from, to])]) {
    if (Math.abs(at - wanted) < least && isFree(at)) {
      best = at;
      least = Math.abs(at - wanted);
    }
  }
  return best;
}

function transposed(path: EdgePath): EdgePath {
  const { fromX, fromY, toX, toY, curves } = path;
  const turned = curves?.map((_, index) => curves[index ^ 1] ?? 0);
  return { fromX: fromY, fromY: fromX, toX: toY, toY: toX, curves: turned };
}
