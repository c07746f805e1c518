import type { Aggregate, Bundle } from './aggregate';
import { routeBundles, type BundlePath } from './bundle-routing';
import { colorOfTone, DASHES_OF_TONE, isQuietTone } from './edge-look';
import type { PaintContext } from './paint-context';
import type { Palette } from './palette';

/** Lines between groups that can still be told apart; of more the heaviest, and of the failing ones as well. */
const MOST_BUNDLES = { quiet: 70, loud: 24 } as const;
/** So many lines can all be as strong; of more only these many, the heaviest, and the others stand back. */
const STRONG = 14;
/** Strokes, in CSS pixels. */
const WIDTH = { least: 1, most: 5, aDoubling: 0.55 } as const;
const ALPHA = { strong: 0.85, weak: 0.32 } as const;
const ARROW = { length: 9, halfWidth: 4 } as const;
/** Between two lines in one street, and what a name above its frame takes; CSS pixels. */
const LANE = 4;
const TITLE = 17;

/** The lines that are drawn from afar, the most important first. */
export function drawnBundles({ bundles }: Pick<Aggregate, 'bundles'>): readonly Bundle[] {
  const loud = heaviest(bundles, (tone) => !isQuietTone(tone)).slice(0, MOST_BUNDLES.loud);
  return [...loud, ...heaviest(bundles, isQuietTone).slice(0, MOST_BUNDLES.quiet)];
}

/** All lines of one group, the heaviest first. */
export function bundlesOf({ bundles }: Aggregate, group: string): readonly Bundle[] {
  return heaviest(bundles, () => true).filter(({ from, to }) => from.group === group || to.group === group);
}

/**
 * One line a pair of groups: wider the more edges it stands for, with an arrow to where most of them go.
 *
 * @param only These, all as strong; absent: those that are drawn from afar.
 */
export function paintBundles(
  context: PaintContext,
  groups: Aggregate,
  zoom: number,
  palette: Palette,
  only?: readonly Bundle[],
): void {
  const drawn = only ?? drawnBundles(groups);
  const paths = routeBundles(drawn, [...groups.hulls, ...groups.discs], LANE / zoom, TITLE / zoom);
  const quiet = drawn.filter(({ tone }) => isQuietTone(tone));
  const weak = new Set(only ? [] : quiet.slice(STRONG));
  const strokes = drawn.map((bundle, index) => ({ bundle, path: paths[index] }));
  // The most important on top.
  for (const { bundle, path } of strokes.reverse()) {
    if (path) {
      context.globalAlpha = !isQuietTone(bundle.tone) ? 1 : weak.has(bundle) ? ALPHA.weak : ALPHA.strong;
      paintBundle(context, bundle, path, zoom, palette);
    }
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function heaviest(bundles: readonly Bundle[], belongs: (tone: Bundle['tone']) => boolean): Bundle[] {
  return bundles.filter(({ tone }) => belongs(tone)).sort((a, b) => b.forth + b.back - (a.forth + a.back));
}

function paintBundle(
  context: PaintContext,
  { tone, forth, back }: Bundle,
  { fromX, fromY, curves }: BundlePath,
  zoom: number,
  palette: Palette,
): void {
  const color = colorOfTone(tone, palette);
  const width = Math.min(WIDTH.most, WIDTH.least + WIDTH.aDoubling * Math.log2(forth + back));
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = width / zoom;
  context.setLineDash((DASHES_OF_TONE[tone] ?? []).map((dash) => dash / zoom));
  context.beginPath();
  context.moveTo(fromX, fromY);
  for (let at = 0; at + 5 < curves.length; at += 6) {
    const [ax = 0, ay = 0, bx = 0, by = 0, x = 0, y = 0] = curves.slice(at, at + 6);
    context.bezierCurveTo(ax, ay, bx, by, x, y);
  }
  context.stroke();
  if (tone === 'membership') {
    return;
  }
  const scale = (1 + width / 8) / zoom;
  const [handleX = 0, handleY = 0, toX = 0, toY = 0] = curves.slice(-4);
  paintArrow(context, { x: handleX, y: handleY }, { x: toX, y: toY }, scale);
  if (back > 0) {
    const [x = 0, y = 0] = curves;
    paintArrow(context, { x, y }, { x: fromX, y: fromY }, scale);
  }
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
