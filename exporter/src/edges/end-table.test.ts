import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EndTable } from './end-table.js';
import { keyOfEnd, type End } from './endpoint.js';

const endpoint = fc.record({
  address: fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1', '127.0.0.1'),
  port: fc.integer({ min: 0, max: 65_535 }),
});
const anEnd: fc.Arbitrary<End> = fc.record({ local: endpoint, peer: endpoint });
const step = fc.oneof(
  fc.record({ does: fc.constantFrom('set' as const), index: fc.nat(), value: fc.integer() }),
  fc.record({ does: fc.constantFrom('take' as const, 'get' as const), index: fc.nat() }),
);

describe('EndTable', () => {
  it('says what a Map says, whatever is set and taken', () => {
    fc.assert(
      fc.property(fc.array(anEnd, { minLength: 1, maxLength: 50 }), fc.array(step), (ends, steps) => {
        const table = new EndTable<number>();
        const map = new Map<string, number>();
        for (const each of steps) {
          const end = ends[each.index % ends.length] ?? { local: NOWHERE, peer: NOWHERE };
          const key = keyOfEnd(end.local, end.peer);
          const before = map.get(key);
          if (each.does === 'set') {
            expect(table.set(end, each.value)).toBe(before);
            map.set(key, each.value);
          } else {
            expect(table[each.does](end)).toBe(before);
            if (each.does === 'take') {
              map.delete(key);
            }
          }
          expect(table.size).toBe(map.size);
        }
        expect([...table.values()].toSorted()).toEqual([...map.values()].toSorted());
      }),
    );
  });

  it('finds each of many, and again when half of them are gone', () => {
    const table = new EndTable<number>();
    const ends = Array.from({ length: 20_000 }, (_, index) => ({
      local: { address: `10.0.${index >> 8}.${index & 255}`, port: 40_000 },
      peer: { address: '10.1.0.1', port: 80 },
    }));
    ends.forEach((end, index) => table.set(end, index));
    expect(ends.every((end, index) => table.get(end) === index)).toBe(true);
    const taken = ends.filter((end, index) => index % 2 === 0 && table.take(end) === index);
    expect(taken).toHaveLength(10_000);
    expect(table.size).toBe(10_000);
    expect(ends.every((end, index) => table.get(end) === (index % 2 === 0 ? undefined : index))).toBe(true);
  });

  it('tells the two ends of a connection apart', () => {
    const table = new EndTable<string>();
    const client = { address: '10.0.0.1', port: 80 };
    const server = { address: '10.0.0.2', port: 80 };
    table.set({ local: client, peer: server }, 'client');
    expect(table.get({ local: server, peer: client })).toBeUndefined();
  });
});

const NOWHERE = { address: '', port: 0 };
