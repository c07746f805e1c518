/** Most steps of a range: each costs a look at every container. */
const MOST_STEPS = 500;

/**
 * Steps in seconds that Grafana does not round to others, as its calculation of intervals would do with 43 s
 * (roundInterval of @grafana/data).
 */
const ROUND_STEPS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** The step in seconds at which events are looked for: at least two scrapes, so that one lost makes none. */
export function eventStep(rangeSeconds: number, scrapeSeconds: number): number {
  const least = Math.max(2 * scrapeSeconds, rangeSeconds / MOST_STEPS);
  return ROUND_STEPS.find((step) => step >= least) ?? 86_400 * Math.ceil(least / 86_400);
}
