import { boundsOf } from './bounds';
import type { Direction, Point, Positions } from './graph';
import { SLOT } from './spacing';

/** Ranks further apart than this no longer look like neighbours. */
const MOST = 1.6;

/**
 * Sets ranks further apart where the picture is narrower than the panel: lines between them are easier to trace and
 * names longer, and nothing gets smaller for it.
 *
 * @param aspect Width over height of the panel.
 */
export function stretched(positions: Positions, direction: Direction, aspect: number): Map<string, Point> {
  const { left, top, right, bottom } = boundsOf(positions.values()) ?? {
    ...{ left: 0, top: 0, right: 0, bottom: 0 },
  };
  const flowsRight = direction === 'right';
  const [length, room] = flowsRight
    ? [right - left, (bottom - top + SLOT.height) * aspect - SLOT.width]
    : [bottom - top, (right - left + SLOT.width) / aspect - SLOT.height];
  const factor = length > 0 ? Math.min(MOST, Math.max(1, room / length)) : 1;
  return new Map(
    [...positions].map(([id, { x, y }]) => [
      id,
      flowsRight ? { x: left + (x - left) * factor, y } : { x, y: top + (y - top) * factor },
    ]),
  );
}
