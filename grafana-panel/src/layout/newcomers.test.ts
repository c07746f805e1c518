import { expect, it } from 'vitest';
import type { LayoutGraph, Point } from './graph';
import { placeNewcomers } from './newcomers';
import { CELL, SLOT, spacingOf } from './spacing';

const RANK = spacingOf('right').rank;
const KNOWN = new Map<string, Point>([
  ['web', { x: 0, y: 0 }],
  ['app', { x: RANK, y: 0 }],
  ['db', { x: 2 * RANK, y: 0 }],
]);
const CHAIN = [
  ['web', 'app'],
  ['app', 'db'],
] as const;

it('puts a new server after its client, a new client before its server', () => {
  const after = placed('app2', [...CHAIN, ['web', 'app2']]);
  expect(after.x).toBe(RANK);
  const before = placed('tool', [...CHAIN, ['tool', 'app']]);
  expect(before.x).toBe(0);
});

it('takes the next rank also where ranks are further apart', () => {
  const apart = new Map([...KNOWN].map(([id, { x, y }]) => [id, { x: x * 1.6, y }]));
  const positions = placeNewcomers(
    graph(['web', 'app', 'db', 'app2', 'tool'], [...CHAIN, ['web', 'app2'], ['tool', 'app']]),
    apart,
    'right',
  );
  expect(positions.get('app2')?.x).toBe(RANK * 1.6);
  expect(positions.get('tool')?.x).toBe(0);
});

it('puts one between its client and its server', () => {
  expect(placed('app2', [...CHAIN, ['web', 'app2'], ['app2', 'db']]).x).toBe(RANK);
});

it('takes nobody’s place', () => {
  const { x, y } = placed('app2', [...CHAIN, ['web', 'app2'], ['app2', 'db']]);
  for (const known of KNOWN.values()) {
    expect(Math.abs(known.x - x) >= SLOT.width || Math.abs(known.y - y) >= SLOT.height).toBe(true);
  }
});

it('puts one without edges below the picture', () => {
  expect(placed('lonely', CHAIN).y).toBeGreaterThan(0);
});

it('puts several without edges side by side in the cells of the grid', () => {
  const loose = ['l1', 'l2', 'l3'];
  const positions = placeNewcomers(graph(['web', 'app', 'db', ...loose], CHAIN), KNOWN, 'right');
  const [first, ...others] = loose.map((id) => positions.get(id)?.x ?? Number.NaN);
  expect(others.map((x) => x - (first ?? 0))).toEqual([CELL.width, 2 * CELL.width]);
});

it('places a whole new chain, though only its first member knows somebody', () => {
  const positions = placeNewcomers(
    graph(['web', 'app', 'db', 'x', 'y', 'z'], [...CHAIN, ['db', 'x'], ['x', 'y'], ['y', 'z']]),
    KNOWN,
    'right',
  );
  expect(['x', 'y', 'z'].map((id) => positions.get(id)?.x)).toEqual([3 * RANK, 4 * RANK, 5 * RANK]);
});

function placed(id: string, edges: readonly (readonly [string, string])[]): Point {
  const positions = placeNewcomers(graph(['web', 'app', 'db', id], edges), KNOWN, 'right');
  for (const [known, point] of KNOWN) {
    expect(positions.get(known)).toBe(point);
  }
  return positions.get(id) ?? { x: Number.NaN, y: Number.NaN };
}

function graph(ids: readonly string[], edges: readonly (readonly [string, string])[]): LayoutGraph {
  return {
    nodes: ids.map((id) => ({ id, group: '' })),
    edges: edges.map(([source, target]) => ({ source, target })),
  };
}
