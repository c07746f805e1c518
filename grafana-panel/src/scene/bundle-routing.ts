import type { Bundle, Hull } from './aggregate';

/** Free room between a frame and a line that passes it, in the world's units. */
const CLEAR = 12;
/** Of a frame's side, at each end: no line begins or ends there. */
const CORNER = 0.14;
/** Of a street, for the name of the frame below it. */
const MOST_TITLE = 0.75;
/** Lanes that a line gives way to others. */
const MOST_ASIDE = 5;
/** How far a line between two frames of one column swings out, at most. */
const MOST_SWING = 84;

/** Frames one below the other, and what of the height they take. */
interface Column {
  left: number;
  right: number;
  readonly frames: Hull[];
  readonly lanes: Lane[];
}

interface Room {
  readonly from: number;
  to: number;
}

/** Where a line passes the column. */
interface Lane {
  readonly across: number;
  readonly bundle: Bundle;
}

/** A line of cubic Bézier curves: its beginning, then six numbers a curve. */
export interface BundlePath {
  readonly fromX: number;
  readonly fromY: number;
  readonly curves: readonly number[];
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Leads lines from frame to frame through the streets between the others, so that none runs over what a frame holds.
 * Lines of one frame may run together; others keep a lane apart as far as there is room. Those that come first have
 * the better way.
 *
 * @param frames All that is in the way, ends included.
 * @param lane Between two lines, in the world's units.
 * @param title What a frame's name takes above it.
 */
export function routeBundles(
  bundles: readonly Bundle[],
  frames: readonly Hull[],
  lane: number,
  title: number,
): readonly BundlePath[] {
  const columns = columnsOf(frames);
  const columnOf = (frame: Hull) =>
    columns.findIndex(({ left, right }) => frame.left >= left && frame.right <= right);
  return bundles.map((bundle) => {
    const [from, to] = [columnOf(bundle.from), columnOf(bundle.to)];
    if (from === to) {
      return withinColumn(bundle, columns[from]?.frames ?? [], columns[from + 1]);
    }
    const passed = columns.slice(Math.min(from, to), Math.max(from, to) + 1);
    return acrossColumns(bundle, from < to ? passed : passed.reverse(), lane, title);
  });
}

/** Frames whose places across the picture overlap, from left to right. */
function columnsOf(frames: readonly Hull[]): Column[] {
  const columns: Column[] = [];
  for (const frame of [...frames].sort((a, b) => a.left - b.left)) {
    const last = columns.at(-1);
    if (last && frame.left <= last.right) {
      last.right = Math.max(last.right, frame.right);
      last.frames.push(frame);
    } else {
      columns.push({ left: frame.left, right: frame.right, frames: [frame], lanes: [] });
    }
  }
  return columns;
}

/** @param passed From the column of the one end to that of the other, both included. */
function acrossColumns(bundle: Bundle, passed: readonly Column[], lane: number, title: number): BundlePath {
  const { from, to } = bundle;
  const isRightwards = from.left < to.left;
  const start = { x: isRightwards ? from.right : from.left, y: portOf(from, middleOf(to).y) };
  const end = { x: isRightwards ? to.left : to.right, y: portOf(to, start.y) };
  const curves: number[] = [];
  let at: Place = start;
  passed.forEach((column, index) => {
    const left = passed.length - 1 - index;
    const [near, far] = isRightwards ? [column.left, column.right] : [column.right, column.left];
    // A frame may be narrower than its column, and others beside it.
    const enter = index === 0 ? start.x : near;
    const leave = left === 0 ? end.x : far;
    if (Math.abs(leave - enter) < 1) {
      return;
    }
    const within = { left: Math.min(enter, leave), right: Math.max(enter, leave) };
    const rooms = roomsOf(column.frames, within, [from, to], title);
    const wanted = left === 0 ? end.y : index === 0 ? start.y : at.y + (end.y - at.y) / (left + 1);
    const y = laneIn(rooms, column.lanes, wanted, bundle, lane);
    column.lanes.push({ across: y, bundle });
    bend(curves, at, { x: enter, y });
    bend(curves, { x: enter, y }, { x: leave, y });
    at = { x: leave, y };
  });
  bend(curves, at, end);
  return { fromX: start.x, fromY: start.y, curves };
}

/** What of the height frames take between left and right. */
function roomsOf(
  frames: readonly Hull[],
  { left, right }: { readonly left: number; readonly right: number },
  except: readonly Hull[],
  title: number,
): readonly Room[] {
  const rooms: Room[] = [];
  const inTheWay = frames.filter(
    (frame) => frame.left < right && frame.right > left && !except.includes(frame),
  );
  for (const { top, bottom } of inTheWay.sort((a, b) => a.top - b.top)) {
    const last = rooms.at(-1);
    const street = last === undefined ? Infinity : top - CLEAR - last.to;
    if (last && street <= 0) {
      last.to = Math.max(last.to, bottom + CLEAR);
    } else {
      // In a narrow street lines run below names rather than not at all.
      rooms.push({ from: top - CLEAR - Math.min(title, street * MOST_TITLE), to: bottom + CLEAR });
    }
  }
  return rooms;
}

/** Straight from one to its neighbour beside or below it; else through the street at the right. */
function withinColumn({ from, to }: Bundle, frames: readonly Hull[], next: Column | undefined): BundlePath {
  if (from.right < to.left || to.right < from.left) {
    const isRightwards = from.right < to.left;
    const start = { x: isRightwards ? from.right : from.left, y: portOf(from, middleOf(to).y) };
    const end = { x: isRightwards ? to.left : to.right, y: portOf(to, start.y) };
    const curves: number[] = [];
    bend(curves, start, end);
    return { fromX: start.x, fromY: start.y, curves };
  }
  const shared = { left: Math.max(from.left, to.left), right: Math.min(from.right, to.right) };
  const [upper, lower] = from.top < to.top ? [from, to] : [to, from];
  const isBetween = ({ left, top, right, bottom }: Hull) =>
    left < shared.right && right > shared.left && top < lower.top && bottom > upper.bottom;
  if (!frames.some((frame) => frame !== from && frame !== to && isBetween(frame))) {
    // Right of the lower one's name.
    const x = shared.left + (shared.right - shared.left) * 0.7;
    const [fromY, toY] = upper === from ? [from.bottom, to.top] : [from.top, to.bottom];
    const middle = (fromY + toY) / 2;
    return { fromX: x, fromY, curves: [x, middle, x, middle, x, toY] };
  }
  const outer = Math.max(from.right, to.right);
  const street = next === undefined ? MOST_SWING : next.left - outer;
  // The curve reaches three quarters of the way to its handles.
  const handle = outer + Math.min(MOST_SWING, Math.max(20, street)) * 0.9;
  const [fromY, toY] = [portOf(from, middleOf(to).y), portOf(to, middleOf(from).y)];
  return { fromX: from.right, fromY, curves: [handle, fromY, handle, toY, to.right, toY] };
}

function middleOf({ left, top, right, bottom }: Hull): Place {
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

/** Where of a frame's side a line ends that comes from there. */
function portOf({ top, bottom }: Hull, towards: number): number {
  const corner = (bottom - top) * CORNER;
  return Math.min(bottom - corner, Math.max(top + corner, towards));
}

function bend(curves: number[], from: Place, to: Place): void {
  const half = (to.x - from.x) / 2;
  curves.push(from.x + half, from.y, to.x - half, to.y, to.x, to.y);
}

/** The free place nearest to the wanted one: clear of the frames, and of other lines as far as that is possible. */
function laneIn(
  rooms: readonly Room[],
  lanes: readonly Lane[],
  wanted: number,
  bundle: Bundle,
  lane: number,
): number {
  const taken = lanes
    .filter(({ bundle: other }) => other.from !== bundle.from && other.to !== bundle.to)
    .map(({ across }) => ({ from: across - lane, to: across + lane }));
  const open = nearestFree(rooms, wanted) ?? wanted;
  const own = nearestFree([...rooms, ...taken], open) ?? open;
  // In a full street lines lie on each other rather than to make a detour.
  return Math.abs(own - open) <= MOST_ASIDE * lane ? own : open;
}

function nearestFree(rooms: readonly Room[], wanted: number): number | undefined {
  let best: number | undefined;
  for (const at of [wanted, ...rooms.flatMap(({ from, to }) => [from, to])]) {
    const isNearer = best === undefined || Math.abs(at - wanted) < Math.abs(best - wanted);
    if (isNearer && rooms.every(({ from, to }) => at <= from || at >= to)) {
      best = at;
    }
  }
  return best;
}
