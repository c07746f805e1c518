import { expect, it } from 'vitest';
import { sparklinePath } from './sparkline-path';

it('runs from left to right, from zero at the base to the highest value at the top', () => {
  const samples = [
    { time: 1000, value: 0 },
    { time: 2000, value: 5 },
    { time: 3000, value: 10 },
  ];
  expect(sparklinePath(samples, 100, 20, null).line).toBe('M0 20L50 10L100 0');
});

it('measures against the ceiling where that is higher', () => {
  const samples = [
    { time: 0, value: 10 },
    { time: 1, value: 10 },
  ];
  expect(sparklinePath(samples, 100, 20, 20).line).toBe('M0 10L100 10');
});

it('leaves a gap where there is no sample', () => {
  const samples = [1, null, 1, 1].map((value, time) => ({ time, value }));
  const { line, area } = sparklinePath(samples, 30, 10, null);
  expect(line).toBe('M0 0M20 0L30 0');
  expect(area.match(/Z/g)).toHaveLength(2);
});

it('is empty without samples', () => {
  expect(sparklinePath([], 100, 20, null)).toEqual({ line: '', area: '' });
});
