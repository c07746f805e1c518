import type { Aggregate, Bundle, Hull } from './aggregate';
import { toScreen, type Camera, type Size } from './camera';
import { ellipsize } from './ellipsis';
import { LabelPlacement } from './label-placement';
import type { PaintContext } from './paint-context';
import { measure, write } from './paint-text';
import type { Palette } from './palette';
import type { EdgeTone } from './scene';

/** Lines between groups that can still be told apart; of more the heaviest, and of the failing ones as well. */
const MOST_BUNDLES = { quiet: 70, loud: 24 } as const;
/** So many bundles a group, and each stands back further. */
const CROWD = 4;
/** Strokes, in CSS pixels. */
const WIDTH = { least: 1, most: 5, aDoubling: 0.55 } as const;
const ALPHA = { one: 0.7, many: 0.5, crowd: 0.28 } as const;
const ARROW = { length: 9, halfWidth: 4 } as const;
/** How far a bundle bows out of the straight line, as a share of its length. */
const BOW = 0.12;
const ROUNDING = 14;
const TITLE = { size: 12, line: 16, inset: 6, least: 26 } as const;
const DASHES: Partial<Readonly<Record<EdgeTone, number[]>>> = { failing: [7, 5], removed: [3, 4] };

/** The frames of groups; the context is in world coordinates. */
export function paintFrames(
  context: PaintContext,
  hulls: readonly Hull[],
  zoom: number,
  palette: Palette,
): void {
  context.lineWidth = 1 / zoom;
  context.fillStyle = palette.hull;
  context.strokeStyle = palette.hullBorder;
  for (const { left, top, right, bottom } of hulls) {
    const rounding = Math.min(ROUNDING / zoom, (right - left) / 4);
    context.beginPath();
    context.moveTo((left + right) / 2, top);
    context.arcTo(right, top, right, bottom, rounding);
    context.arcTo(right, bottom, left, bottom, rounding);
    context.arcTo(left, bottom, left, top, rounding);
    context.arcTo(left, top, right, top, rounding);
    context.closePath();
    context.fill();
    context.stroke();
  }
}

/** One line a pair of groups: wider the more edges it stands for, with an arrow to where most of them go. */
export function paintBundles(
  context: PaintContext,
  { bundles, hulls }: Aggregate,
  zoom: number,
  palette: Palette,
): void {
  const quietOnes = heaviest(bundles.filter(isQuiet), MOST_BUNDLES.quiet);
  const loudOnes = heaviest(
    bundles.filter((bundle) => !isQuiet(bundle)),
    MOST_BUNDLES.loud,
  );
  const quiet =
    bundles.length > CROWD * hulls.length
      ? ALPHA.crowd
      : quietOnes.length > MOST_BUNDLES.quiet / 2
        ? ALPHA.many
        : ALPHA.one;
  for (const bundle of [...quietOnes, ...loudOnes]) {
    const color = colorOf(bundle.tone, palette);
    const width = Math.min(WIDTH.most, WIDTH.least + WIDTH.aDoubling * Math.log2(bundle.forth + bundle.back));
    const curve = curveOf(bundle);
    context.globalAlpha = isQuiet(bundle) ? quiet : 1;
    context.strokeStyle = color;
    context.fillStyle = color;
    context.lineWidth = width / zoom;
    context.setLineDash((DASHES[bundle.tone] ?? []).map((dash) => dash / zoom));
    context.beginPath();
    context.moveTo(curve.from.x, curve.from.y);
    context.bezierCurveTo(curve.bend.x, curve.bend.y, curve.bend.x, curve.bend.y, curve.to.x, curve.to.y);
    context.stroke();
    paintArrow(context, curve.bend, curve.to, (1 + width / 8) / zoom);
    if (bundle.back > 0) {
      paintArrow(context, curve.bend, curve.from, (1 + width / 8) / zoom);
    }
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Names of groups above their frames, with how many they have; the context is in CSS pixels. */
export function paintTitles(
  context: PaintContext,
  hulls: readonly Hull[],
  camera: Camera,
  size: Size,
  palette: Palette,
): LabelPlacement {
  const placement = new LabelPlacement();
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  for (const hull of [...hulls].sort((a, b) => b.count - a.count)) {
    const corner = toScreen(camera, size, { x: hull.left, y: hull.top });
    const end = toScreen(camera, size, { x: hull.right, y: hull.bottom });
    // What is partly out of sight keeps its name in sight.
    const left = Math.max(corner.x, 0);
    const top = corner.y < 0 && end.y > 3 * TITLE.line ? TITLE.line : corner.y;
    const room = Math.min(end.x, size.width) - left - 2;
    if (room < TITLE.least) {
      continue;
    }
    context.font = `600 ${TITLE.size}px ${palette.fontFamily}`;
    const name = ellipsize(hull.group, room, (part) => measure(context, part));
    const width = measure(context, name);
    const y = top - TITLE.line / 2 - 1;
    const box = { left, right: left + width, top: y - TITLE.line / 2, bottom: y + TITLE.line / 2 };
    if (name === '' || !placement.tryTake(box)) {
      continue;
    }
    write(context, name, left, y, palette.text, palette);
    context.font = `400 ${TITLE.size - 1}px ${palette.fontFamily}`;
    const count = String(hull.count);
    if (width + TITLE.inset + measure(context, count) <= room) {
      write(context, count, left + width + TITLE.inset, y, palette.textSecondary, palette);
    }
  }
  return placement;
}

/** The heaviest last, on top. */
function heaviest(bundles: readonly Bundle[], most: number): Bundle[] {
  const weightOf = ({ forth, back }: Bundle) => forth + back;
  return [...bundles]
    .sort((a, b) => weightOf(b) - weightOf(a))
    .slice(0, most)
    .reverse();
}

function isQuiet({ tone }: Bundle): boolean {
  return tone === 'normal' || tone === 'idle';
}

function colorOf(tone: EdgeTone, palette: Palette): string {
  switch (tone) {
    case 'failing':
      return palette.edgeFailing;
    case 'added':
    case 'removed':
    case 'changed':
      return palette.changes[tone];
    case 'normal':
    case 'idle':
      return palette.edge;
  }
}

interface Curve {
  readonly from: { readonly x: number; readonly y: number };
  readonly bend: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

function curveOf({ from, to }: Bundle): Curve {
  const a = middleOf(from);
  const b = middleOf(to);
  const bend = {
    x: (a.x + b.x) / 2 - (b.y - a.y) * BOW,
    y: (a.y + b.y) / 2 + (b.x - a.x) * BOW,
  };
  return { from: borderOf(from, bend), bend, to: borderOf(to, bend) };
}

function middleOf({ left, top, right, bottom }: Hull) {
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

/** Where the line from the middle to a point leaves the frame. */
function borderOf(hull: Hull, towards: { readonly x: number; readonly y: number }) {
  const { x, y } = middleOf(hull);
  const [dx, dy] = [towards.x - x, towards.y - y];
  const across = dx === 0 ? Infinity : (hull.right - hull.left) / 2 / Math.abs(dx);
  const down = dy === 0 ? Infinity : (hull.bottom - hull.top) / 2 / Math.abs(dy);
  const share = Math.min(1, across, down);
  return { x: x + dx * share, y: y + dy * share };
}

function paintArrow(
  context: PaintContext,
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  scale: number,
): void {
  const distance = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [(to.x - from.x) / distance, (to.y - from.y) / distance];
  const length = ARROW.length * scale;
  const half = ARROW.halfWidth * scale;
  context.beginPath();
  context.moveTo(to.x, to.y);
  context.lineTo(to.x - dx * length - dy * half, to.y - dy * length + dx * half);
  context.lineTo(to.x - dx * length + dy * half, to.y - dy * length - dx * half);
  context.closePath();
  context.fill();
}
