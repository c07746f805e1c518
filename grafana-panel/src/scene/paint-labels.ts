import { SLOT } from '../layout/spacing';
import { toScreen, type Camera, type Size } from './camera';
import type { DetailLevel } from './detail-level';
import { ellipsize, type Measure } from './ellipsis';
import { labelAnchor, labelGeometry } from './label-geometry';
import { LabelPlacement, type LabelBox } from './label-placement';
import type { PaintContext } from './paint-context';
import { measure, write } from './paint-text';
import type { Palette } from './palette';
import { OUTSTANDING, type SceneNode } from './scene';

/** Texts a frame: more cannot be read, and each costs. */
const MOST_LABELS = 600;
const LEAST_ROOM = 40;
const ROOM_OF_OUTSTANDING = 130;
/** Of a name that is cut. */
const LEAST_LETTERS = 7;
/** Widths that a name tries, as shares of a slot. */
const ROOMS = [0.94, 0.6] as const;
/** And shares of what it may take in the end. */
const EXPANSIONS = [1, 0.85, 0.7, 0.55, 0.4] as const;
/** Smaller nodes stand nearer together. */
const FULL_RADIUS = 23;

/**
 * Writes names below nodes, the most important first, each only where it is clear of the others: as on a map, the
 * letters keep a readable size at every zoom and the rest of the names appear as one comes nearer. The context is in
 * CSS pixels.
 *
 * @param placement What other texts take already.
 * @returns Where the names are, by their nodes.
 */
export function paintLabels(
  context: PaintContext,
  nodes: readonly SceneNode[],
  camera: Camera,
  size: Size,
  level: DetailLevel,
  palette: Palette,
  placement = new LabelPlacement(),
): ReadonlyMap<string, LabelBox> {
  // Where only groups have names, a single one is named that is in trouble or stands by itself.
  const isSparse = level.aggregated && !level.icons;
  if (level.shapes && !isSparse) {
    reserveNodes(placement, nodes, camera, size);
  }
  const candidates = isSparse ? nodes.filter(({ importance }) => importance >= OUTSTANDING) : nodes;
  const { name, second } = labelGeometry(camera.zoom);
  const rooms = ROOMS.map((share) => Math.max(LEAST_ROOM, SLOT.width * camera.zoom * share));
  const fonts: Fonts = {
    label: `500 ${name.size}px ${palette.fontFamily}`,
    sublabel: `400 ${second.size}px ${palette.fontFamily}`,
  };
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  const placed: Placed[] = [];
  const written = new Map<string, LabelBox>();
  const linesOf = ({ node, isTall }: Wanted, room: number) => fitLines(context, node, room, fonts, isTall);
  /** The widest of the rooms that is free, with both lines or, where it is not tall, with the name alone. */
  const place = (wanted: Wanted, among: readonly number[]): Placed | undefined => {
    const { x, top, isTall } = wanted;
    const bottom = top + name.line + (isTall ? second.line : 0);
    if (!placement.isFree({ left: x - 14, right: x + 14, top, bottom })) {
      return undefined;
    }
    for (const room of among) {
      const lines = linesOf(wanted, room);
      const half = lines.width / 2 + 3;
      if (lines.label !== '' && placement.tryTake({ left: x - half, right: x + half, top, bottom })) {
        return { ...wanted, bottom, half, lines };
      }
    }
    return undefined;
  };
  for (const node of [...candidates].sort((a, b) => b.importance - a.importance)) {
    if (placed.length >= MOST_LABELS) {
      break;
    }
    const { x, top } = labelAnchor(node, camera, size);
    const least = node.importance >= OUTSTANDING ? ROOM_OF_OUTSTANDING : LEAST_ROOM;
    const within = 2 * Math.min(x, size.width - x) - 6;
    const most = within < LEAST_ROOM ? Infinity : within;
    const framed = node.nameRoom * camera.zoom;
    const own = rooms.map((room) =>
      Math.min(most, Math.max(least, Math.min(framed, room * Math.min(1, node.radius / FULL_RADIUS)))),
    );
    const hasSublabel = level.sublabels && node.sublabel !== '';
    const label =
      (hasSublabel ? place({ node, x, top, isTall: true }, own) : undefined) ??
      place({ node, x, top, isTall: false }, own);
    if (label) {
      placed.push(label);
    }
  }
  const fullOf = ({ node }: Wanted) => node.nameRoom * camera.zoom;
  for (const label of leastWantingFirst(placed.map((each) => [each, linesOf(each, fullOf(each))]))) {
    const quiet = label.node.health === 'stopped';
    const { x, top } = label;
    const lines = expanded(
      label,
      EXPANSIONS.map((share) => linesOf(label, Math.max(fullOf(label) * share, label.half * 2))),
      placement,
      size.width,
    );
    if (!isLegible(lines.label)) {
      continue;
    }
    context.font = fonts.label;
    const middle = top + name.line / 2;
    write(context, lines.label, x, middle, quiet ? palette.textSecondary : palette.text, palette);
    context.font = fonts.sublabel;
    const below = top + name.line + second.line / 2;
    write(context, lines.sublabel, x, below, palette.textSecondary, palette);
    written.set(label.node.id, {
      ...boxOf(label),
      left: x - lines.width / 2 - 3,
      right: x + lines.width / 2 + 3,
    });
  }
  return written;
}

/** Two or three letters of a name say less than none. */
function isLegible(label: string): boolean {
  return label.length >= LEAST_LETTERS || !label.includes('…');
}

interface Wanted {
  readonly node: SceneNode;
  readonly x: number;
  readonly top: number;
  /** There is room for a second line. */
  readonly isTall: boolean;
}

interface Placed extends Wanted {
  readonly bottom: number;
  readonly half: number;
  readonly lines: Lines;
}

interface Lines {
  readonly label: string;
  readonly sublabel: string;
  readonly width: number;
}

function boxOf({ x, top, bottom, half }: Placed): LabelBox {
  return { left: x - half, right: x + half, top, bottom };
}

/** Who cannot be read as it is comes first, then who lacks a letter or two: a long name must not take their room. */
function leastWantingFirst(labels: readonly (readonly [Placed, Lines])[]): readonly Placed[] {
  const lack = ([{ half, lines }, { width }]: readonly [Placed, Lines]) =>
    isLegible(lines.label) ? Math.max(0, width / 2 - half) : -1;
  return [...labels].sort((a, b) => lack(a) - lack(b)).map(([label]) => label);
}

/** Once everybody has a place, who was shortened takes what room is left on both sides, within the view. */
function expanded(
  { x, top, bottom, half, lines }: Placed,
  fuller: readonly Lines[],
  placement: LabelPlacement,
  viewWidth: number,
): Lines {
  for (const candidate of fuller) {
    const wider = candidate.width / 2 + 3;
    const sides = [
      { left: x - wider, right: x - half, top, bottom },
      { left: x + half, right: x + wider, top, bottom },
    ];
    const isWithin = x - wider >= 0 && x + wider <= viewWidth;
    if (wider > half && isWithin && sides.every((side) => placement.isFree(side))) {
      sides.forEach((side) => placement.take(side));
      return candidate;
    }
  }
  return lines;
}

interface Fonts {
  readonly label: string;
  readonly sublabel: string;
}

function fitLines(
  context: PaintContext,
  node: SceneNode,
  room: number,
  fonts: Fonts,
  withSublabel: boolean,
): Lines {
  context.font = fonts.label;
  const label = fitName(nameOf(node), room, (part) => measure(context, part));
  const width = measure(context, label);
  if (!withSublabel || node.sublabel === '') {
    return { label, sublabel: '', width };
  }
  context.font = fonts.sublabel;
  const sublabel = ellipsize(node.sublabel, room, (part) => measure(context, part));
  return { label, sublabel, width: Math.max(width, measure(context, sublabel)) };
}

/** An image's registry and folder are the first to go: what it is called comes last. */
function fitName(name: string, room: number, width: Measure): string {
  const short = name.slice(name.lastIndexOf('/') + 1);
  return width(name) <= room || short === '' ? ellipsize(name, room, width) : ellipsize(short, room, width);
}

function nameOf({ label, count, kind }: SceneNode): string {
  return count > 1 && kind !== 'internet' ? `${label} ×${count}` : label;
}

/** Names must not lie on other nodes. */
function reserveNodes(
  placement: LabelPlacement,
  nodes: readonly SceneNode[],
  camera: Camera,
  size: Size,
): void {
  for (const node of nodes) {
    const { x, y } = toScreen(camera, size, node);
    const radius = node.radius * camera.zoom;
    placement.take({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
  }
}
