import { describe, expect, it } from 'vitest';
import { placeInBlocks } from './block-newcomers';
import { blocks, cellOf } from './blocks';
import { boundsOf } from './bounds';
import type { LayoutEdge, LayoutGraph, Point } from './graph';

const SIZES = { shop: 90, payments: 40, mail: 12, storage: 160, tools: 3 } as const;

describe('blocks', () => {
  it('gives every node a cell of its own, within the frame of its group alone', () => {
    const graph = company();
    const positions = blocks(graph, 1.7);
    expect(positions.size).toBe(graph.nodes.length);
    const { width, height } = cellOf(graph);
    const places = [...positions.values()].map(({ x, y }) => `${x / width} ${y / height}`);
    expect(new Set(places).size).toBe(graph.nodes.length);
    const frames = Object.keys(SIZES).map((group) => frameOf(graph, positions, group));
    frames.forEach((frame, index) => {
      for (const other of frames.slice(index + 1)) {
        const apart =
          frame.right < other.left ||
          other.right < frame.left ||
          frame.bottom < other.top ||
          other.bottom < frame.top;
        expect(apart).toBe(true);
      }
    });
  });

  it.each([1, 1.7, 2.4])('is about as wide for its height as a panel of %d', (aspect) => {
    const { left, right, top, bottom } = boundsOf(blocks(company(), aspect).values()) ?? fail();
    const ratio = (right - left) / (bottom - top);
    expect(ratio).toBeGreaterThan(aspect * 0.6);
    expect(ratio).toBeLessThan(aspect * 1.7);
  });

  it('puts clients to the left of servers, and what has no group beside all', () => {
    const graph = company();
    const positions = blocks(graph, 1.7);
    const x = (id: string) => positions.get(id)?.x ?? Number.NaN;
    expect(x('shop-000')).toBeLessThanOrEqual(x('storage-000'));
    expect(x('internet')).toBeLessThan(x('shop-000'));
    expect(x('s3')).toBeGreaterThan(frameOf(graph, positions, 'storage').right);
  });

  it('orders a block by names as people read them', () => {
    const names = ['web-10', 'web-9', 'web-1'];
    const graph = {
      nodes: names.map((name, index) => ({ id: String(index), group: 'web', name })),
      edges: [],
    };
    const positions = [...blocks(graph, 4)].sort(([, a], [, b]) => a.y - b.y || a.x - b.x);
    expect(positions.map(([id]) => names[Number(id)])).toEqual(['web-1', 'web-9', 'web-10']);
  });

  it('does not depend on the order in which nodes come', () => {
    const graph = company();
    const turned = { ...graph, nodes: graph.nodes.toReversed(), edges: graph.edges.toReversed() };
    expect(new Map([...blocks(turned, 1.7)].sort())).toEqual(new Map([...blocks(graph, 1.7)].sort()));
  });
});

describe('newcomers to blocks', () => {
  it('take the place of who left their group, and move nobody', () => {
    const graph = company();
    const positions = blocks(graph, 1.7);
    const left = positions.get('shop-041') ?? fail();
    const nodes = [
      ...graph.nodes.filter(({ id }) => id !== 'shop-041'),
      { id: 'shop-new', group: 'shop', name: 'shop-new' },
    ];
    const known = new Map([...positions].filter(([id]) => id !== 'shop-041'));
    const placed = placeInBlocks({ ...graph, nodes }, known);
    expect(placed.get('shop-new')).toEqual(left);
    for (const [id, point] of known) {
      expect(placed.get(id)).toBe(point);
    }
  });

  it('of a new group stand together below all others', () => {
    const graph = company();
    const positions = blocks(graph, 1.7);
    const bottom = boundsOf(positions.values())?.bottom ?? 0;
    const news = ['n1', 'n2', 'n3'].map((id) => ({ id, group: 'news', name: id }));
    const placed = placeInBlocks({ ...graph, nodes: [...graph.nodes, ...news] }, positions);
    const points = news.map(({ id }) => placed.get(id) ?? fail());
    expect(Math.min(...points.map(({ y }) => y))).toBeGreaterThan(bottom);
    expect(new Set(points.map(({ x, y }) => `${x} ${y}`)).size).toBe(3);
  });
});

function company(): LayoutGraph {
  const nodes = Object.entries(SIZES).flatMap(([group, count]) =>
    Array.from({ length: count }, (_, index) => {
      const id = `${group}-${String(index).padStart(3, '0')}`;
      return { id, group, name: id };
    }),
  );
  const edges: LayoutEdge[] = nodes
    .filter(({ group }) => group === 'shop' || group === 'payments')
    .map(({ id }, index) => ({ source: id, target: `storage-${String(index).padStart(3, '0')}` }));
  const outside = ['internet', 's3'].map((id) => ({ id, group: '', name: id }));
  return {
    nodes: [...nodes, ...outside],
    edges: [
      ...edges,
      { source: 'internet', target: 'shop-000' },
      { source: 'storage-000', target: 's3' },
      { source: 'shop-000', target: 'payments-000' },
    ],
    clustered: true,
  };
}

function frameOf({ nodes }: LayoutGraph, positions: ReadonlyMap<string, Point>, group: string) {
  const members = nodes.filter((node) => node.group === group);
  return boundsOf(members.map(({ id }) => positions.get(id) ?? fail())) ?? fail();
}

function fail(): never {
  throw new Error('There is no such node');
}
