import type { ChangeKind, Decoration } from './decoration';
import type { PaintContext } from './paint-context';
import type { Palette } from './palette';
import type { SceneNode } from './scene';
import { addShape, SHAPE_OF_KIND } from './shapes';

const MARK_RADIUS = 8;
const FILL_ALPHA = 0.62;

/** Fills the node's outline from below, as a glass. The context is in world coordinates, as for all here. */
export function paintFill(
  context: PaintContext,
  { x, y, radius, kind }: SceneNode,
  share: number,
  palette: Palette,
): void {
  const reach = radius * 1.3;
  // The outline of every shape spans about its radius above and below the middle.
  const level = y + radius - 2 * radius * Math.min(1, Math.max(0, share));
  context.save();
  context.beginPath();
  addShape(context, SHAPE_OF_KIND[kind], x, y, radius);
  context.clip();
  context.globalAlpha = FILL_ALPHA;
  context.fillStyle = fillColor(share, palette);
  context.fillRect(x - reach, level, reach * 2, y + reach - level);
  context.restore();
}

/** The same for every share up to 80 %, then the colours of trouble. */
export function fillColor(share: number, palette: Palette): string {
  return share >= 0.95 ? palette.health.critical : share >= 0.8 ? palette.health.warning : palette.fill;
}

/** Alerts at the upper right, figures at the lower right, changes at the lower left. */
export function paintBadges(
  context: PaintContext,
  node: SceneNode,
  { alerts, alertSeverity, badges, change }: Decoration,
  palette: Palette,
): void {
  const { x, y, radius } = node;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  if (alerts > 0) {
    const color = alertSeverity === 'info' ? palette.accent : palette.health[alertSeverity];
    paintMark(
      context,
      x + radius * 0.8,
      y - radius * 0.74,
      color,
      alerts > 9 ? '9+' : String(alerts),
      palette,
    );
  }
  if (change) {
    paintMark(context, x - radius * 0.8, y + radius * 0.74, palette.changes[change], SIGNS[change], palette);
  }
  badges.forEach((text, index) => {
    paintPill(context, x + radius * 0.75, y + radius * 0.72 + index * 15, text, palette);
  });
}

const SIGNS: Readonly<Record<ChangeKind, string>> = { added: '+', removed: '−', changed: 'Δ' };

function paintMark(
  context: PaintContext,
  x: number,
  y: number,
  color: string,
  text: string,
  palette: Palette,
): void {
  context.beginPath();
  context.moveTo(x + MARK_RADIUS, y);
  context.arc(x, y, MARK_RADIUS, 0, Math.PI * 2);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = palette.background;
  context.lineWidth = 2;
  context.stroke();
  context.font = `700 11px ${palette.fontFamily}`;
  context.fillStyle = palette.surface;
  context.fillText(text, x, y + 0.5);
}

function paintPill(context: PaintContext, x: number, y: number, text: string, palette: Palette): void {
  context.font = `600 10px ${palette.fontFamily}`;
  const half = context.measureText(text).width / 2 + 5;
  context.beginPath();
  context.moveTo(x - half + 7, y - 7);
  context.arcTo(x + half, y - 7, x + half, y, 7);
  context.arcTo(x + half, y + 7, x, y + 7, 7);
  context.arcTo(x - half, y + 7, x - half, y, 7);
  context.arcTo(x - half, y - 7, x, y - 7, 7);
  context.closePath();
  context.fillStyle = palette.surface;
  context.fill();
  context.strokeStyle = palette.accent;
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = palette.text;
  context.fillText(text, x, y + 0.5);
}
