import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LabelPlacement, type LabelBox } from './label-placement';

const boxes = fc
  .record({
    left: fc.integer({ min: -500, max: 500 }),
    top: fc.integer({ min: -500, max: 500 }),
    width: fc.integer({ min: 1, max: 300 }),
    height: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ left, top, width, height }): LabelBox => ({
    left,
    top,
    right: left + width,
    bottom: top + height,
  }));

it('never gives the same room twice', () => {
  fc.assert(
    fc.property(fc.array(boxes, { maxLength: 60 }), (wanted) => {
      const placement = new LabelPlacement();
      const given = wanted.filter((box) => placement.tryTake(box));
      given.forEach((a, index) => {
        for (const b of given.slice(index + 1)) {
          const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
          expect(apart).toBe(true);
        }
      });
    }),
  );
});

it('gives room that touches but does not overlap', () => {
  const placement = new LabelPlacement();
  expect(placement.tryTake({ left: 0, top: 0, right: 10, bottom: 10 })).toBe(true);
  expect(placement.tryTake({ left: 10, top: 0, right: 20, bottom: 10 })).toBe(true);
  expect(placement.tryTake({ left: 9, top: 0, right: 19, bottom: 10 })).toBe(false);
});
