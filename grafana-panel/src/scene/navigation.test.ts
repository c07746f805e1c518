import { describe, expect, it } from 'vitest';
import { nodeInDirection, type ArrowKey } from './navigation';
import { buildScene } from './scene';
import { nodeOf, topologyOf } from './topology.fixture';

/** a b c in a row, and d below c. */
const SCENE = buildScene(
  topologyOf(
    ['a', 'b', 'c', 'd'].map((id) => nodeOf(id)),
    [],
  ),
  new Map([
    ['a', { x: 0, y: 0 }],
    ['b', { x: 100, y: 0 }],
    ['c', { x: 200, y: 0 }],
    ['d', { x: 200, y: 100 }],
  ]),
  'right',
);

describe('an arrow key', () => {
  it.each<{ name: string; from?: string; key: ArrowKey; among?: string[]; to: string | undefined }>([
    { name: 'goes to the nearest node', from: 'a', key: 'ArrowRight', to: 'b' },
    { name: 'goes over what a search found alone', from: 'a', key: 'ArrowRight', among: ['a', 'c'], to: 'c' },
    { name: 'starts at the first that was found', key: 'ArrowDown', among: ['c', 'd'], to: 'c' },
    {
      name: 'stays where nothing lies ahead',
      from: 'c',
      key: 'ArrowRight',
      among: ['c', 'a'],
      to: undefined,
    },
    { name: 'leads out of what was not found', from: 'd', key: 'ArrowRight', among: ['a', 'b'], to: 'a' },
    { name: 'goes nowhere where nothing was found', from: 'a', key: 'ArrowRight', among: [], to: undefined },
  ])('$name', ({ from, key, among, to }) => {
    const start = from === undefined ? undefined : SCENE.nodesById.get(from);
    expect(nodeInDirection(SCENE, start, key, among && new Set(among))?.id).toBe(to);
  });
});
