import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf } from './bounds';
import { connectedIds, type LayoutGraph, type Positions } from './graph';
import { layout, type LayoutOptions } from './layout';
import { serviceMap } from './random-graph.fixture';
import { CELL, SLOT } from './spacing';

const RIGHT: LayoutOptions = { direction: 'right', aspect: 1.6 };
const DOWN: LayoutOptions = { direction: 'down', aspect: 1.6 };

const graphs = fc
  .record({
    nodes: fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1 }), group: fc.constantFrom('', 'a', 'b', 'c') }),
      {
        maxLength: 40,
        selector: ({ id }) => id,
      },
    ),
    pairs: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 80 }),
  })
  .map(({ nodes, pairs }): LayoutGraph => {
    const at = (index: number) => nodes[index % nodes.length]?.id ?? '';
    return {
      nodes,
      edges: nodes.length > 0 ? pairs.map(([a, b]) => ({ source: at(a), target: at(b) })) : [],
    };
  });

describe('layout', () => {
  it.each([RIGHT, DOWN])('gives every node a finite place of its own, flowing $direction', (options) => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const positions = final(graph, options);
        expect([...positions.keys()].sort()).toEqual(graph.nodes.map(({ id }) => id).sort());
        const connected = connectedIds(graph);
        const core = new Map([...positions].filter(([id]) => connected.has(id) || connected.size === 0));
        expect(overlaps(core, SLOT.width, SLOT.height)).toEqual([]);
        expect(overlaps(positions, CELL.width, CELL.height)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order in which nodes and edges come', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const turned = { nodes: graph.nodes.toReversed(), edges: graph.edges.toReversed() };
        expect(sorted(final(turned, RIGHT))).toEqual(sorted(final(graph, RIGHT)));
      }),
      { numRuns: 30 },
    );
  });

  it.each([20, 100, 400])('makes a picture as wide as the panel where %i nodes have no edges', (count) => {
    const connected = ['a', 'b', 'c', 'd'];
    const loose = Array.from({ length: count }, (_, index) => `loose-${index}`);
    const positions = final(
      {
        nodes: [...connected, ...loose].map((id) => ({ id, group: '' })),
        edges: [
          { source: 'a', target: 'b' },
          { source: 'a', target: 'c' },
          { source: 'a', target: 'd' },
        ],
      },
      RIGHT,
    );
    const { left = 0, right = 0, top = 0, bottom = 0 } = boundsOf(positions.values()) ?? {};
    const aspect = (right - left + CELL.width) / (bottom - top + CELL.height);
    expect(aspect).toBeGreaterThan(1.6 * 0.75);
    expect(aspect).toBeLessThan(1.6 * 1.25);
  });

  it('puts clients before servers', () => {
    const positions = final(
      {
        nodes: ['app', 'balancer', 'database', 'internet'].map((id) => ({ id, group: '' })),
        edges: [
          { source: 'internet', target: 'balancer' },
          { source: 'balancer', target: 'app' },
          { source: 'app', target: 'database' },
        ],
      },
      RIGHT,
    );
    expect(sorted(positions, 'x')).toEqual(['internet', 'balancer', 'app', 'database']);
  });

  it('draws a tree without crossings', () => {
    const nodes = Array.from({ length: 31 }, (_, index) => ({
      id: `n${String(index).padStart(2, '0')}`,
      group: '',
    }));
    const edges = nodes
      .slice(1)
      .map(({ id }, index) => ({ source: nodes[index >> 1]?.id ?? '', target: id }));
    const positions = final({ nodes, edges }, DOWN);
    expect(crossings(edges, positions)).toBe(0);
  });

  it('breaks a wide tier into columns instead of making a thread of it', () => {
    const clients = Array.from({ length: 120 }, (_, index) => ({ id: `client-${index}`, group: '' }));
    const positions = final(
      {
        nodes: [...clients, { id: 'server', group: '' }],
        edges: clients.map(({ id }) => ({ source: id, target: 'server' })),
      },
      RIGHT,
    );
    const ratio = extent(positions, 'x') / extent(positions, 'y');
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(3);
  });

  it('keeps a tier in one column though the rank is broken', () => {
    const apps = ['app-1', 'app-2', 'app-3'];
    const peers = Array.from({ length: 40 }, (_, index) => `peer-${index}`);
    const edges = [
      ...apps.flatMap((app) => [
        { source: 'balancer', target: app },
        { source: app, target: 'database' },
      ]),
      ...peers.map((peer) => ({ source: 'balancer', target: peer })),
    ];
    const nodes = ['balancer', 'database', ...apps, ...peers].map((id) => ({ id, group: '' }));
    const positions = final({ nodes, edges }, RIGHT);
    const columnsOf = (ids: readonly string[]) => new Set(ids.map((id) => positions.get(id)?.x)).size;
    expect(columnsOf(peers)).toBeGreaterThan(1);
    expect(columnsOf(apps)).toBe(1);
    const places = [...positions.values()].map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`);
    expect(new Set(places).size).toBe(nodes.length);
  });

  it('sets the nodes of a tier in the order of their names where lines leave the choice', () => {
    const names = ['client', 'lb1', 'lb2', 'app1', 'app2', 'db1', 'db2', 'db3'];
    // Ids say nothing, as those of containers.
    const idOf = (name: string) => `${(names.indexOf(name) * 5 + 3) % names.length}-${name}`;
    const edges = [
      ['client', 'lb1'],
      ['client', 'lb2'],
      ...['lb1', 'lb2'].flatMap((lb) => ['app1', 'app2'].map((app) => [lb, app])),
      ...['app1', 'app2'].flatMap((app) => ['db1', 'db2', 'db3'].map((db) => [app, db])),
    ].map(([source = '', target = '']) => ({ source: idOf(source), target: idOf(target) }));
    const nodes = names.map((name) => ({ id: idOf(name), name, group: '' }));
    const downwards = sorted(final({ nodes, edges }, RIGHT), 'y').map((id) => id.slice(2));
    for (const tier of [
      ['lb1', 'lb2'],
      ['app1', 'app2'],
      ['db1', 'db2', 'db3'],
    ]) {
      expect(downwards.filter((name) => tier.includes(name))).toEqual(tier);
    }
  });

  it('keeps the nodes of one group next to each other within a tier', () => {
    const hosts = ['a', 'b', 'c'];
    const nodes = hosts.flatMap((group) => [1, 2].map((index) => ({ id: `${index}-${group}`, group })));
    const graph = {
      nodes: [...nodes, { id: 'entry', group: '' }],
      edges: nodes.map(({ id }) => ({ source: 'entry', target: id })),
    };
    const tier = sorted(final(graph, RIGHT), 'y').filter((id) => id !== 'entry');
    const runs = tier.map((id) => id.slice(2)).filter((group, index, all) => group !== all[index - 1]);
    expect(runs).toHaveLength(hosts.length);
  });

  it('puts nodes without edges into a grid below, grouped', () => {
    const positions = final(
      {
        nodes: ['b1', 'a1', 'b2', 'a2', 'x', 'y'].map((id) => ({ id, group: id.slice(0, 1) })),
        edges: [{ source: 'x', target: 'y' }],
      },
      RIGHT,
    );
    const connected = Math.max(positions.get('x')?.y ?? 0, positions.get('y')?.y ?? 0);
    for (const id of ['a1', 'a2', 'b1', 'b2']) {
      expect(positions.get(id)?.y).toBeGreaterThan(connected);
    }
    expect(positions.get('a1')?.y).toBe(positions.get('a2')?.y);
    expect(positions.get('b1')?.y).toBe(positions.get('b2')?.y);
  });

  it('lets a lone node come up to what is above it', () => {
    const chain = ['a', 'b', 'c'];
    const fan = Array.from({ length: 6 }, (_, index) => `server-${index}`);
    const edges = [
      { source: 'a', target: 'b' },
      { source: 'b', target: 'c' },
      ...fan.map((target) => ({ source: 'c', target })),
    ];
    const ids = [...chain, ...fan, 'alone'];
    const positions = final({ nodes: ids.map((id) => ({ id, group: '' })), edges }, RIGHT);
    const lowest = Math.max(...fan.map((id) => positions.get(id)?.y ?? 0));
    const alone = positions.get('alone')?.y ?? 0;
    expect(alone).toBeGreaterThan(positions.get('a')?.y ?? 0);
    expect(alone).toBeLessThan(lowest);
  });

  it('lays a big graph out by forces, yielding pictures on the way, the same every time', () => {
    const graph = serviceMap(700, 1_400, 5, 12);
    const steps = [...layout(graph, RIGHT)];
    const positions = final(graph, RIGHT);
    expect(steps.length).toBeGreaterThan(3);
    expect(overlaps(positions, 71, 71)).toEqual([]);
    expect(final(graph, RIGHT)).toEqual(positions);
  });
});

function final(graph: LayoutGraph, options: LayoutOptions): Positions {
  const steps = layout(graph, options);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) {
      return step.value;
    }
  }
}

/** Pairs whose boxes share room, and nodes that stand nowhere. */
function overlaps(positions: Positions, width: number, height: number): string[] {
  const found: string[] = [];
  const all = [...positions];
  all.forEach(([id, point], index) => {
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) {
      found.push(`${id} is nowhere`);
    }
    for (const [other, { x, y }] of all.slice(index + 1)) {
      if (Math.abs(x - point.x) < width - 1 && Math.abs(y - point.y) < height - 1) {
        found.push(`${id} on ${other}`);
      }
    }
  });
  return found;
}

function sorted(positions: Positions): [string, { x: number; y: number }][];
function sorted(positions: Positions, by: 'x' | 'y'): string[];
function sorted(positions: Positions, by?: 'x' | 'y'): unknown[] {
  return by === undefined
    ? [...positions].sort(([a], [b]) => (a < b ? -1 : 1))
    : [...positions].sort(([, a], [, b]) => a[by] - b[by]).map(([id]) => id);
}

function extent(positions: Positions, axis: 'x' | 'y'): number {
  const values = [...positions.values()].map((point) => point[axis]);
  return Math.max(...values) - Math.min(...values);
}

/** Straight edges that cross between their ends, by orientation of triangles. */
function crossings(edges: LayoutGraph['edges'], positions: Positions): number {
  const segments = edges.map(({ source, target }) => ({
    ends: [source, target],
    from: positions.get(source) ?? { x: 0, y: 0 },
    to: positions.get(target) ?? { x: 0, y: 0 },
  }));
  type Point = (typeof segments)[number]['from'];
  const side = (a: Point, b: Point, c: Point) =>
    Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
  let count = 0;
  segments.forEach((one, index) => {
    for (const other of segments.slice(index + 1)) {
      if (
        !one.ends.some((end) => other.ends.includes(end)) &&
        side(one.from, one.to, other.from) * side(one.from, one.to, other.to) < 0 &&
        side(other.from, other.to, one.from) * side(other.from, other.to, one.to) < 0
      ) {
        count++;
      }
    }
  });
  return count;
}
