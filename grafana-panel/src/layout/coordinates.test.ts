import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitWithGaps } from './coordinates';

it('fulfils wishes that leave room', () => {
  const wishes = [0, 50, 300].map((at) => ({ at, weight: 1 }));
  expect(fitWithGaps(wishes, [0, 10, 20])).toEqual([0, 50, 300]);
});

it('shares out the room where wishes clash, by weight', () => {
  const wishes = [
    { at: 100, weight: 3 },
    { at: 100, weight: 1 },
  ];
  expect(fitWithGaps(wishes, [0, 40])).toEqual([90, 130]);
});

it('always keeps the gaps', () => {
  const wish = fc.record({
    at: fc.integer({ min: -1000, max: 1000 }),
    weight: fc.integer({ min: 1, max: 64 }),
  });
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 30 }), (wishes) => {
      const fitted = fitWithGaps(
        wishes,
        wishes.map((_, index) => index * 10),
      );
      fitted.slice(1).forEach((at, index) => expect(at - (fitted[index] ?? 0)).toBeGreaterThan(10 - 1e-6));
    }),
  );
});
