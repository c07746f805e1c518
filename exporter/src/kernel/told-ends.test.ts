import { describe, expect, it } from 'vitest';
import { ToldEnds } from './told-ends.js';

const END = { cookie: 7, localPort: 40_000, peerPort: 80 };

describe('ToldEnds', () => {
  it('knows an end that was told of', () => {
    const told = new ToldEnds();
    told.note(END);
    expect(told.has({ ...END })).toBe(true);
  });

  it.each([
    ['socket', { ...END, cookie: 8 }],
    ['socket of another namespace that counts from the same number', { ...END, localPort: 40_001 }],
    ['one from the same port', { ...END, peerPort: 81 }],
  ])('does not take another %s for it', (_, other) => {
    const told = new ToldEnds();
    told.note(END);
    expect(told.has(other)).toBe(false);
  });

  it('remembers the latest ten thousand, and not many more', () => {
    const told = new ToldEnds();
    for (let cookie = 1; cookie <= 20_001; cookie++) {
      told.note({ ...END, cookie });
    }
    const isKnown = (cookie: number) => told.has({ ...END, cookie });
    expect([1, 10_000, 10_001, 20_001].map(isKnown)).toEqual([false, false, true, true]);
  });
});
