import { describe, expect, it } from 'vitest';
import { sortedById } from './order';
import { complete, inSlices, type Steps } from './steps';

function* count(to: number, seen: (value: number) => void): Steps<number> {
  for (let value = 0; value < to; value++) {
    seen(value);
    yield;
  }
  return to;
}

describe('inSlices', () => {
  it('pauses when a slice has used its budget, and ends with the result', async () => {
    let clock = 0;
    const pauses: number[] = [];
    const result = await inSlices(
      count(10, () => (clock += 4)),
      {
        now: () => clock,
        pause: () => {
          pauses.push(clock);
          return Promise.resolve();
        },
        budget: 10,
      },
    );
    expect(result).toBe(10);
    expect(pauses).toEqual([12, 24, 36]);
  });

  it('gives up at the next pause when nobody wants the result any more', async () => {
    let clock = 0;
    const controller = new AbortController();
    const seen: number[] = [];
    const run = inSlices(
      count(100, (value) => {
        clock += 4;
        seen.push(value);
      }),
      {
        now: () => clock,
        pause: () => {
          controller.abort(new Error('the panel is gone'));
          return Promise.resolve();
        },
        budget: 10,
        signal: controller.signal,
      },
    );
    await expect(run).rejects.toThrow('the panel is gone');
    expect(seen).toEqual([0, 1, 2]);
  });
});

describe('sortedById', () => {
  it.each([0, 1, 1023, 1024, 1025, 5000])('sorts %i items by code units', (size) => {
    const items = Array.from({ length: size }, (_, index) => ({ id: `n${(index * 7919) % size}` }));
    const expected = items.map(({ id }) => id).sort();
    expect(complete(sortedById(items)).map(({ id }) => id)).toEqual(expected);
  });
});
