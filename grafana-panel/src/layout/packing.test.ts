import { describe, expect, it } from 'vitest';
import { boundsOf } from './bounds';
import { componentsOf } from './components';
import { packed } from './packing';
import { SLOT } from './spacing';

const chain = (name: string, length: number) =>
  new Map(Array.from({ length }, (_, index) => [`${name}-${index}`, { x: index * 240, y: 0 }]));

describe('pictures that have nothing to do with each other', () => {
  it('are as wide together, for their height, as the panel', () => {
    const pictures = [3, 2, 2, 2, 2, 2, 2, 2].map((length, index) => chain(`c${index}`, length));
    const { left, right, top, bottom } = boundsOf(packed(pictures, 1.6).values()) ?? fail();
    const ratio = (right - left + SLOT.width) / (bottom - top + SLOT.height);
    expect(ratio).toBeGreaterThan(1.6 * 0.6);
    expect(ratio).toBeLessThan(1.6 * 1.6);
  });

  it('do not overlap, and keep their own shape', () => {
    const pictures = [5, 4, 4, 1, 1, 1].map((length, index) => chain(`c${index}`, length));
    const positions = [...packed(pictures, 1.6)];
    for (const [id, { x, y }] of positions) {
      const others = positions.filter(([other]) => other !== id);
      expect(
        others.some(([, at]) => Math.abs(at.x - x) < SLOT.width && Math.abs(at.y - y) < SLOT.height),
      ).toBe(false);
    }
    const [[, first], [, second]] = [positions[0] ?? fail(), positions[1] ?? fail()];
    expect([second.x - first.x, second.y - first.y]).toEqual([240, 0]);
  });
});

it('a graph falls into the parts that no edge joins, the greatest first', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, group: '' }));
  const edges = [
    { source: 'a', target: 'b' },
    { source: 'e', target: 'd' },
    { source: 'd', target: 'f' },
  ];
  const parts = componentsOf({ nodes, edges });
  expect(parts.map((part) => part.nodes.map(({ id }) => id).join(''))).toEqual(['def', 'ab', 'c']);
  expect(parts.map((part) => part.edges.length)).toEqual([2, 1, 0]);
});

function fail(): never {
  throw new Error('There are no positions');
}
