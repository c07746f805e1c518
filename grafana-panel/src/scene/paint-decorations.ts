import type { Point } from '../layout/graph';
import type { ChangeKind, Decoration, Fill } from './decoration';
import type { PaintContext } from './paint-context';
import type { Palette } from './palette';
import type { SceneNode } from './scene';
import { addShape, SHAPE_OF_KIND } from './shapes';

const MARK_RADIUS = 8;
/** However far out, CSS pixels. */
const LEAST_MARK_RADIUS = 6;
/** A figure's letters, the frame round them, and the distance of two figures, at zoom 1. */
const PILL = { text: 10, height: 14, step: 15 } as const;
const LEAST_PILL_TEXT = 9;
const FILL_ALPHA = 0.62;

/** Fills the node's outline from below, as a glass. The context is in world coordinates, as for all here. */
export function paintFill(
  context: PaintContext,
  { x, y, radius, kind }: SceneNode,
  fill: Fill,
  palette: Palette,
): void {
  const reach = radius * 1.3;
  // The outline of every shape spans about its radius above and below the middle.
  const level = y + radius - 2 * radius * Math.min(1, Math.max(0, fill.share));
  context.save();
  context.beginPath();
  addShape(context, SHAPE_OF_KIND[kind], x, y, radius);
  context.clip();
  context.globalAlpha = FILL_ALPHA;
  context.fillStyle = fillColor(fill, palette);
  context.fillRect(x - reach, level, reach * 2, y + reach - level);
  context.restore();
}

/** Near a limit in the colours of trouble; to be the greatest is no trouble. */
export function fillColor({ share, isOfLimit }: Fill, palette: Palette): string {
  const near = isOfLimit ? share : 0;
  return near >= 0.95 ? palette.health.critical : near >= 0.8 ? palette.health.warning : palette.fill;
}

/** Alerts at the upper right, figures at the right, changes at the lower left: as large as can be read at any zoom. */
export function paintBadges(
  context: PaintContext,
  node: SceneNode,
  { alerts, alertSeverity, badges, change }: Decoration,
  zoom: number,
  palette: Palette,
): void {
  const { x, y, radius } = node;
  if (alerts > 0) {
    const color = alertSeverity === 'info' ? palette.accent : palette.health[alertSeverity];
    const text = alerts > 9 ? '9+' : String(alerts);
    paintMark(context, { x: x + radius * 0.8, y: y - radius * 0.74 }, zoom, color, palette, () =>
      writeMark(context, text, palette),
    );
  }
  if (change) {
    const at = { x: x - radius * 0.8, y: y + radius * 0.74 };
    paintMark(context, at, zoom, palette.changes[change], palette, () =>
      writeMark(context, SIGNS[change], palette),
    );
  }
  const scale = Math.max(1, LEAST_PILL_TEXT / (PILL.text * zoom));
  badges.forEach((text, index) => {
    const from = { x: x + radius * 0.4, y: y + radius - (PILL.height / 2 + index * PILL.step) * scale };
    paintPill(context, from, scale, text, palette);
  });
}

const SIGNS: Readonly<Record<ChangeKind, string>> = { added: '+', removed: '−', changed: 'Δ' };

/**
 * A disc at the rim of a node with a sign in it.
 *
 * @param paintSign Paints round the origin, as if at zoom 1.
 */
export function paintMark(
  context: PaintContext,
  { x, y }: Point,
  zoom: number,
  color: string,
  palette: Palette,
  paintSign: () => void,
): void {
  const scale = Math.max(1, LEAST_MARK_RADIUS / (MARK_RADIUS * zoom));
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  context.beginPath();
  context.arc(0, 0, MARK_RADIUS, 0, Math.PI * 2);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = palette.background;
  context.lineWidth = 2;
  context.stroke();
  paintSign();
  context.restore();
}

function writeMark(context: PaintContext, text: string, palette: Palette): void {
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.font = `700 11px ${palette.fontFamily}`;
  context.fillStyle = palette.surface;
  context.fillText(text, 0, 0.5);
}

/** @param from The middle of its left end. */
function paintPill(context: PaintContext, from: Point, scale: number, text: string, palette: Palette): void {
  const half = PILL.height / 2;
  context.save();
  context.translate(from.x, from.y);
  context.scale(scale, scale);
  context.font = `600 ${PILL.text}px ${palette.fontFamily}`;
  const width = context.measureText(text).width + 10;
  context.beginPath();
  context.moveTo(half, -half);
  context.arcTo(width, -half, width, half, half);
  context.arcTo(width, half, 0, half, half);
  context.arcTo(0, half, 0, -half, half);
  context.arcTo(0, -half, width, -half, half);
  context.closePath();
  context.fillStyle = palette.surface;
  context.fill();
  context.strokeStyle = palette.accent;
  context.lineWidth = 1;
  context.stroke();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = palette.text;
  context.fillText(text, width / 2, 0.5);
  context.restore();
}
