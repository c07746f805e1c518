import { boundsOf } from './bounds';
import type { Point, Positions } from './graph';
import { SLOT } from './spacing';

/** Between two pictures, in the world's units. */
const GAP = 36;
/** Widths that are tried. */
const ATTEMPTS = 24;

interface Box {
  readonly width: number;
  readonly height: number;
}

/** A part of the upper rim of what is free. */
interface Step {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/**
 * Sets pictures beside and below each other so that all of them together can be shown large in the panel.
 *
 * @param aspect Width over height of the panel.
 */
export function packed(pictures: readonly Positions[], aspect: number): Map<string, Point> {
  const [only, ...others] = pictures;
  if (only === undefined || others.length === 0) {
    return new Map(only);
  }
  const frames = pictures.map(
    (positions) => boundsOf(positions.values()) ?? { left: 0, top: 0, right: 0, bottom: 0 },
  );
  const boxes = frames.map(({ left, top, right, bottom }) => ({
    width: right - left + SLOT.width + GAP,
    height: bottom - top + SLOT.height + GAP,
  }));
  const corners = bestPacking(boxes, aspect);
  const all = new Map<string, Point>();
  pictures.forEach((positions, index) => {
    const [frame, corner] = [frames[index], corners[index]];
    for (const [id, { x, y }] of positions) {
      all.set(id, {
        x: x - (frame?.left ?? 0) + (corner?.x ?? 0),
        y: y - (frame?.top ?? 0) + (corner?.y ?? 0),
      });
    }
  });
  return all;
}

/** The width with which the least zoom is needed. */
function bestPacking(boxes: readonly Box[], aspect: number): readonly Point[] {
  const widest = Math.max(...boxes.map(({ width }) => width));
  const area = boxes.reduce((sum, { width, height }) => sum + width * height, 0);
  let best: readonly Point[] = [];
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const width = Math.max(widest, Math.sqrt(area * aspect) * (0.7 + (1.5 * attempt) / ATTEMPTS));
    const corners = packWithin(boxes, width);
    const right = Math.max(...corners.map(({ x }, index) => x + (boxes[index]?.width ?? 0)));
    const bottom = Math.max(...corners.map(({ y }, index) => y + (boxes[index]?.height ?? 0)));
    const needed = Math.max(right, bottom * aspect);
    if (needed < least) {
      best = corners;
      least = needed;
    }
  }
  return best;
}

/** Each box where it comes to stand highest, then leftmost (the skyline heuristic of Burke, Kendall and Whitwell, 2004). */
function packWithin(boxes: readonly Box[], width: number): readonly Point[] {
  let skyline: Step[] = [{ left: 0, right: width, top: 0 }];
  return boxes.map((box) => {
    const corner = highestPlace(skyline, box, width);
    const right = corner.x + box.width;
    skyline = [
      ...skyline.flatMap((step) => [
        { ...step, right: Math.min(step.right, corner.x) },
        { ...step, left: Math.max(step.left, right) },
      ]),
      { left: corner.x, right, top: corner.y + box.height },
    ]
      .filter((step) => step.left < step.right)
      .sort((a, b) => a.left - b.left);
    return corner;
  });
}

function highestPlace(skyline: readonly Step[], box: Box, width: number): Point {
  let best: Point | undefined;
  for (const { left } of skyline) {
    const right = left + box.width;
    if (right > width + 0.5) {
      continue;
    }
    const y = Math.max(
      ...skyline.filter((step) => step.left < right && step.right > left).map(({ top }) => top),
    );
    if (best === undefined || y < best.y) {
      best = { x: left, y };
    }
  }
  return best ?? { x: 0, y: Math.max(...skyline.map(({ top }) => top)) };
}
