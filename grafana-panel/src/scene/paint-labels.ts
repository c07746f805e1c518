import { SLOT } from '../layout/spacing';
import type { Hull } from './aggregate';
import { toScreen, type Camera, type Size } from './camera';
import type { DetailLevel } from './detail-level';
import { ellipsize } from './ellipsis';
import { LabelPlacement } from './label-placement';
import type { Palette } from './palette';
import type { SceneNode } from './scene';

/** Texts a frame: more cannot be read, and each costs. */
const MOST_LABELS = 600;
const LEAST_ROOM = 72;
const LABEL = { size: 12, line: 15 } as const;
const SUBLABEL = { size: 10.5, line: 13 } as const;

const widths = new Map<string, number>();
const MOST_WIDTHS = 20_000;

/**
 * Writes names below nodes, the most important first, each only where it is clear of the others: as on a map, the
 * letters keep a readable size at every zoom and the rest of the names appear as one comes nearer. The context is in
 * CSS pixels.
 */
export function paintLabels(
  context: CanvasRenderingContext2D,
  nodes: readonly SceneNode[],
  camera: Camera,
  size: Size,
  level: DetailLevel,
  palette: Palette,
): void {
  const placement = new LabelPlacement();
  if (level.shapes) {
    reserveNodes(placement, nodes, camera, size);
  }
  const scale = Math.min(1.25, Math.max(0.92, camera.zoom));
  const room = Math.max(LEAST_ROOM, SLOT.width * camera.zoom - 12);
  const fonts = {
    label: `500 ${LABEL.size * scale}px ${palette.fontFamily}`,
    sublabel: `400 ${SUBLABEL.size * scale}px ${palette.fontFamily}`,
  };
  const ranked = [...nodes].sort((a, b) => b.importance - a.importance);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  let written = 0;
  for (const node of ranked) {
    if (written >= MOST_LABELS) {
      return;
    }
    const { x, y } = toScreen(camera, size, node);
    const top = y + node.radius * camera.zoom * 1.1 + 4;
    const height = LABEL.line * scale + (level.sublabels && node.sublabel !== '' ? SUBLABEL.line * scale : 0);
    if (!placement.isFree({ left: x - 14, right: x + 14, top, bottom: top + height })) {
      continue;
    }
    context.font = fonts.label;
    const text = ellipsize(nameOf(node), room, (part) => measure(context, part));
    const second = level.sublabels && node.sublabel !== '';
    let half = measure(context, text) / 2 + 3;
    let subtext = '';
    if (second) {
      context.font = fonts.sublabel;
      subtext = ellipsize(node.sublabel, room, (part) => measure(context, part));
      half = Math.max(half, measure(context, subtext) / 2 + 3);
    }
    if (text !== '' && placement.tryTake({ left: x - half, right: x + half, top, bottom: top + height })) {
      written++;
      const quiet = node.health === 'stopped';
      context.font = fonts.label;
      write(
        context,
        text,
        x,
        top + (LABEL.line * scale) / 2,
        quiet ? palette.textSecondary : palette.text,
        palette,
      );
      if (subtext !== '') {
        context.font = fonts.sublabel;
        write(
          context,
          subtext,
          x,
          top + (LABEL.line + SUBLABEL.line / 2) * scale,
          palette.textSecondary,
          palette,
        );
      }
    }
  }
}

/** Names of groups in the middle of their discs, the biggest first. */
export function paintHullLabels(
  context: CanvasRenderingContext2D,
  hulls: readonly Hull[],
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  const placement = new LabelPlacement();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.font = `500 ${LABEL.size}px ${palette.fontFamily}`;
  for (const hull of [...hulls].sort((a, b) => b.count - a.count)) {
    const { x, y } = toScreen(camera, size, hull);
    const text = ellipsize(hull.group, 160, (part) => measure(context, part));
    const half = measure(context, text) / 2 + 6;
    if (placement.tryTake({ left: x - half, right: x + half, top: y - 9, bottom: y + 9 })) {
      write(context, text, x, y, palette.text, palette);
    }
  }
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

/** The background's colour round the letters keeps them apart from edges behind them. */
function write(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  color: string,
  palette: Palette,
): void {
  context.strokeStyle = palette.background;
  context.lineWidth = 4;
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

function measure(context: CanvasRenderingContext2D, text: string): number {
  const key = `${context.font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= MOST_WIDTHS) {
      widths.clear();
    }
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}
