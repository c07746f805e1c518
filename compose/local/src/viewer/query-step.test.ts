import { describe, expect, it } from 'vitest';
import { alignedRange, interpolateIntervals, stepOf } from './query-step.js';

const HOUR_MS = 3_600_000;

describe('stepOf', () => {
  it.each([
    [
      'as fine as asked when the points suffice',
      { intervalMs: 15_000, maxDataPoints: 1_000 },
      HOUR_MS,
      15_000,
    ],
    ['coarser when the points would not suffice', { intervalMs: 1_000, maxDataPoints: 100 }, HOUR_MS, 36_000],
    [
      "at least the query's own interval",
      { interval: '1m', intervalMs: 1_000, maxDataPoints: 1_000 },
      HOUR_MS,
      60_000,
    ],
    ['never under a second', { intervalMs: 10, maxDataPoints: 100_000 }, 60_000, 1_000],
    ['within what Prometheus allows', { intervalMs: 1_000, maxDataPoints: 1_000_000 }, 11_000 * 5_000, 5_000],
  ])('is %s', (_case, query, rangeMs, expected) => {
    expect(stepOf(query, rangeMs)).toBe(expected);
  });
});

describe('alignedRange', () => {
  it('puts both ends on multiples of the step', () => {
    expect(alignedRange(61_234, 125_999, 30_000)).toEqual({ start: 60_000, end: 120_000 });
  });
});

describe('interpolateIntervals', () => {
  it.each([
    ['rate(x[$__rate_interval])', 'rate(x[20s])'],
    ['rate(x[${__interval}])', 'rate(x[5s])'],
    ['increase(x[$__range])', 'increase(x[3600s])'],
    ['x{a="$__unknown"}', 'x{a="$__unknown"}'],
  ])('%s', (expr, expected) => {
    expect(interpolateIntervals(expr, 5_000, HOUR_MS)).toBe(expected);
  });
});
