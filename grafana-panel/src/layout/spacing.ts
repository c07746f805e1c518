import type { Direction } from './graph';

/** Room that a node takes with its two lines of text, in CSS pixels at zoom 1. */
export const SLOT = { width: 176, height: 112 } as const;

/** The same for a node without edges beside some that have edges, which is drawn smaller. */
export const CELL = { width: 128, height: 82 } as const;

/** Between the picture and the grid of the unconnected below it, in slots. */
export const GRID_GAP = 1.15;

/** What a long edge takes of a rank that it only passes through. */
export const LANE = 22;

/** Distances along the flow (`rank`) and across it (`node`), by the direction of the flow. */
export interface Spacing {
  readonly rank: number;
  readonly node: number;
}

export function spacingOf(direction: Direction): Spacing {
  return direction === 'right'
    ? { rank: SLOT.width + 64, node: SLOT.height }
    : { rank: SLOT.height + 48, node: SLOT.width };
}
