import type { Spacing } from './spacing';

/** Up to here a rank is never broken. */
const COMFORTABLE = 7;
const MOST_COLUMNS = 12;

/**
 * How many columns each rank is broken into so that the picture's width and height come near to the wanted ratio: a
 * database with two hundred clients should not make a picture that is one node wide and two hundred high.
 *
 * @param sizes Nodes on each rank.
 * @param passing Room across the flow that long edges take on each rank, which no column saves.
 * @param columnGap Distance between two columns of one rank.
 * @param ratio Length along the flow over length across it.
 */
export function wrapRanks(
  sizes: readonly number[],
  passing: readonly number[],
  spacing: Spacing,
  columnGap: number,
  ratio: number,
): number[] {
  let best = sizes.map(() => 1);
  let least = Infinity;
  for (let longest = Math.max(COMFORTABLE, ...sizes); longest >= COMFORTABLE; longest--) {
    const columns = sizes.map((size) => Math.min(MOST_COLUMNS, Math.ceil(size / longest) || 1));
    const along = columns.reduce((sum, count) => sum + spacing.rank + (count - 1) * columnGap, 0);
    const across = Math.max(
      ...sizes.map((size, rank) => (size / (columns[rank] ?? 1)) * spacing.node + (passing[rank] ?? 0)),
    );
    const distance = Math.abs(Math.log(along / across / ratio));
    if (distance < least - 1e-9) {
      least = distance;
      best = columns;
    }
  }
  return best;
}
