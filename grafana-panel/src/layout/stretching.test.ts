import { describe, expect, it } from 'vitest';
import type { Point } from './graph';
import { SLOT } from './spacing';
import { stretched } from './stretching';

/** Three ranks of a chain, and one node beside the first. */
const PICTURE = new Map<string, Point>([
  ['a', { x: 100, y: 0 }],
  ['b', { x: 340, y: 0 }],
  ['c', { x: 580, y: 0 }],
  ['beside', { x: 100, y: SLOT.height * 5 }],
]);

describe('a picture that is narrower than the panel', () => {
  it('becomes as wide by setting its ranks further apart, evenly', () => {
    const { a, b, c } = Object.fromEntries(stretched(PICTURE, 'right', 1.2));
    expect((c?.x ?? 0) - (a?.x ?? 0)).toBeCloseTo(SLOT.height * 6 * 1.2 - SLOT.width);
    expect((b?.x ?? 0) - (a?.x ?? 0)).toBeCloseTo((c?.x ?? 0) - (b?.x ?? 0));
    expect(stretched(PICTURE, 'right', 1.2).get('beside')?.y).toBe(SLOT.height * 5);
  });

  it('does not become so wide that ranks are no neighbours any more', () => {
    expect(stretched(PICTURE, 'right', 20).get('c')?.x).toBe(100 + 480 * 1.6);
  });

  it('stays as it is where it is as wide', () => {
    expect(stretched(PICTURE, 'right', 0.8)).toEqual(PICTURE);
  });

  it('becomes taller where requests flow downwards', () => {
    const wide = new Map([...PICTURE].map(([id, { x, y }]) => [id, { x: y * 2, y: x }]));
    const { a, c } = Object.fromEntries(stretched(wide, 'down', 1.5));
    expect((c?.y ?? 0) - (a?.y ?? 0)).toBeGreaterThan(480);
  });

  it('has nothing to set apart when it is a single node', () => {
    const single = new Map([['a', { x: 5, y: 5 }]]);
    expect(stretched(single, 'right', 2)).toEqual(single);
  });
});
