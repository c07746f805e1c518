import type { Point } from '../layout/graph';
import type { Hull } from './aggregate';
import { toScreen, type Camera, type Size } from './camera';
import { ellipsize } from './ellipsis';
import { LabelPlacement } from './label-placement';
import type { PaintContext } from './paint-context';
import { measure, write } from './paint-text';
import type { Palette } from './palette';

const ROUNDING = 14;
const TITLE = { size: 12, line: 16, inset: 6, least: 26 } as const;

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

/** The group whose name, above its frame, is at that point of the screen. */
export function titleAt(
  hulls: readonly Hull[],
  camera: Camera,
  size: Size,
  { x, y }: Point,
): string | undefined {
  const hull = hulls.find(({ left, top, right }) => {
    const corner = toScreen(camera, size, { x: left, y: top });
    const end = toScreen(camera, size, { x: right, y: top });
    return x >= corner.x && x <= end.x && y <= corner.y && y >= corner.y - TITLE.line - 2;
  });
  return hull?.group;
}
