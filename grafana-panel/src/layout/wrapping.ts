import type { Spacing } from './spacing';

/** Up to here a rank is never broken. */
const COMFORTABLE = 7;
const MOST_COLUMNS = 12;
/** Whole ranks read better than broken ones: breaking must let the picture be shown this much larger. */
const WORTH_BREAKING = 1.15;

/**
 * How many columns each rank is broken into so that the picture can be shown large in the panel: a database with two
 * hundred clients should not make a picture that is one node wide and two hundred high.
 *
 * @param sizes Nodes on each rank.
 * @param passing Room across the flow that long edges take on each rank, which no column saves.
 * @param columnGap Distance between two columns of one rank.
 * @param ratio The panel's length along the flow over its length across it.
 */
export function wrapRanks(
  sizes: readonly number[],
  passing: readonly number[],
  spacing: Spacing,
  columnGap: number,
  ratio: number,
): number[] {
  const longestFirst: { readonly columns: number[]; readonly zoom: number }[] = [];
  for (let longest = Math.max(COMFORTABLE, ...sizes); longest >= COMFORTABLE; longest--) {
    const columns = sizes.map((size) => Math.min(MOST_COLUMNS, Math.ceil(size / longest) || 1));
    const along = columns.reduce((sum, count) => sum + spacing.rank + (count - 1) * columnGap, 0);
    const across = Math.max(
      ...sizes.map((size, rank) => (size / (columns[rank] ?? 1)) * spacing.node + (passing[rank] ?? 0)),
    );
    longestFirst.push({ columns, zoom: Math.min(ratio / along, 1 / across) });
  }
  const best = Math.max(...longestFirst.map(({ zoom }) => zoom));
  const chosen = longestFirst.find(({ zoom }) => zoom * WORTH_BREAKING >= best);
  return chosen?.columns ?? sizes.map(() => 1);
}
