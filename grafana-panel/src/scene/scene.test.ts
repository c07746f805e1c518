import { describe, expect, it } from 'vitest';
import { layered } from '../layout/layered';
import { serviceMap } from '../layout/random-graph.fixture';
import { flatten, HitTest } from './hit-test';
import { nodeInDirection, nodesInReadingOrder } from './navigation';
import { emphasisOf } from './emphasis';
import { NO_EMPHASIS } from './renderer';
import { buildScene } from './scene';
import { edgeOf, nodeOf, topologyOf } from './topology.fixture';
import { aggregate } from './aggregate';

const PLACES = new Map([
  ['a', { x: 0, y: 0 }],
  ['b', { x: 240, y: 0 }],
  ['c', { x: 480, y: 0 }],
  ['d', { x: 240, y: 300 }],
]);

describe('buildScene', () => {
  it('leaves out nodes without a place, and their edges', () => {
    const scene = buildScene(
      topologyOf([nodeOf('a'), nodeOf('b'), nodeOf('nowhere')], [edgeOf('a', 'b'), edgeOf('a', 'nowhere')]),
      PLACES,
      'right',
    );
    expect(scene.nodes.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(scene.edges.map(({ id }) => id)).toEqual(['a>b']);
  });

  it.each([
    { given: 'failures', traffic: { failed: 0.1 }, tone: 'failing' },
    { given: 'much that is sent again', traffic: { retransmits: 2 }, tone: 'lossy' },
    { given: 'no bytes', traffic: { requestBytes: 0, responseBytes: 0 }, tone: 'idle' },
    { given: 'nothing measured', traffic: { requestBytes: null, responseBytes: null }, tone: 'normal' },
    { given: 'bytes', traffic: {}, tone: 'normal' },
  ])('gives an edge with $given the tone $tone', ({ traffic, tone }) => {
    const scene = buildScene(
      topologyOf([nodeOf('a'), nodeOf('b')], [edgeOf('a', 'b', traffic)]),
      PLACES,
      'right',
    );
    expect(scene.edges[0]?.tone).toBe(tone);
  });

  it('draws more bytes wider, within bounds', () => {
    const width = (bytes: number) =>
      buildScene(
        topologyOf([nodeOf('a'), nodeOf('b')], [edgeOf('a', 'b', { requestBytes: bytes, responseBytes: 0 })]),
        PLACES,
        'right',
      ).edges[0]?.width ?? 0;
    expect(width(0)).toBeGreaterThanOrEqual(1);
    expect(width(1e3)).toBeGreaterThan(width(0));
    expect(width(1e6)).toBeGreaterThan(width(1e3));
    expect(width(1e15)).toBeLessThan(4);
  });
});

describe('edge paths', () => {
  it.each(['right', 'down'] as const)(
    'lead from the border of the client to that of the server, flowing %s',
    (way) => {
      const scene = buildScene(topologyOf([nodeOf('a'), nodeOf('d')], [edgeOf('a', 'd')]), PLACES, way);
      const points = flatten(scene.edges[0]?.path ?? fail());
      const [startX = 0, startY = 0] = points;
      expect(Math.hypot(startX, startY)).toBeGreaterThan(20);
      expect(Math.hypot(startX, startY)).toBeLessThan(70);
      expect(Math.hypot((points.at(-2) ?? 0) - 240, (points.at(-1) ?? 0) - 300)).toBeLessThan(70);
    },
  );

  it('go round a node that stands in the way', () => {
    const nodes = [nodeOf('a'), nodeOf('b'), nodeOf('c')];
    const edges = [edgeOf('a', 'b'), edgeOf('a', 'c'), edgeOf('b', 'c')];
    const scene = buildScene(topologyOf(nodes, edges), PLACES, 'right');
    const points = flatten(scene.edgesById.get('a>c')?.path ?? fail());
    const distances = points.flatMap((x, at) =>
      at % 2 === 0 ? [Math.hypot(x - 240, points[at + 1] ?? 0)] : [],
    );
    expect(Math.min(...distances)).toBeGreaterThan(23);
  });

  it('run side by side where two call each other', () => {
    const scene = buildScene(
      topologyOf([nodeOf('a'), nodeOf('b')], [edgeOf('a', 'b'), edgeOf('b', 'a')]),
      PLACES,
      'right',
    );
    const there = flatten(scene.edgesById.get('a>b')?.path ?? fail());
    const back = flatten(scene.edgesById.get('b>a')?.path ?? fail());
    const middle = (points: number[]) => points[points.length / 2 + 1] ?? 0;
    expect(Math.abs(middle(there) - middle(back))).toBeGreaterThan(8);
  });

  it('join two nodes of one column by an arc', () => {
    const scene = buildScene(topologyOf([nodeOf('b'), nodeOf('d')], [edgeOf('b', 'd')]), PLACES, 'right');
    const points = flatten(scene.edges[0]?.path ?? fail());
    expect(Math.max(...points.filter((_, at) => at % 2 === 0))).toBeGreaterThan(270);
  });
});

describe('HitTest', () => {
  const scene = buildScene(
    topologyOf([nodeOf('a'), nodeOf('b'), nodeOf('d')], [edgeOf('a', 'b')]),
    PLACES,
    'right',
  );
  const hits = new HitTest(scene.nodes, scene.edges);

  it.each([
    { at: { x: 0, y: 0 }, found: 'a' },
    { at: { x: 22, y: 0 }, found: 'a' },
    { at: { x: 26, y: 0 }, found: 'a' },
    { at: { x: 30, y: 0 }, found: undefined },
    { at: { x: 240, y: 280 }, found: 'd' },
  ])('finds the node $found at $at.x, $at.y', ({ at, found }) => {
    expect(hits.nodeAt(at, 4)?.id).toBe(found);
  });

  it.each([
    { at: { x: 120, y: 0 }, found: 'a>b' },
    { at: { x: 120, y: 6 }, found: 'a>b' },
    { at: { x: 120, y: 9 }, found: undefined },
    { at: { x: 300, y: 0 }, found: undefined },
  ])('finds the edge $found at $at.x, $at.y', ({ at, found }) => {
    expect(hits.edgeAt(at, 7)?.id).toBe(found);
  });
});

it('finds every edge along its whole length, whichever way it runs', () => {
  const places = new Map([
    ['a', { x: -700, y: -300 }],
    ['b', { x: 650, y: 820 }],
    ['c', { x: -690, y: 900 }],
    ['d', { x: -700, y: 300 }],
  ]);
  const edges = [edgeOf('a', 'b'), edgeOf('b', 'a'), edgeOf('c', 'd'), edgeOf('b', 'c'), edgeOf('d', 'b')];
  const ends = [nodeOf('a'), nodeOf('b'), nodeOf('c'), nodeOf('d')];
  const { nodes, edges: drawn } = buildScene(topologyOf(ends, edges), places, 'right');
  const hits = new HitTest(nodes, drawn);
  for (const edge of drawn) {
    const points = flatten(edge.path);
    for (let at = 0; at + 3 < points.length; at += 2) {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = points.slice(at, at + 4);
      expect(hits.edgeAt({ x: (x0 + x1) / 2, y: (y0 + y1) / 2 }, 0.5)).toBeDefined();
    }
  }
});

describe('going by keys', () => {
  const scene = buildScene(
    topologyOf([nodeOf('a'), nodeOf('b'), nodeOf('c'), nodeOf('d')], []),
    PLACES,
    'right',
  );

  it.each([
    { from: 'a', key: 'ArrowRight', to: 'b' },
    { from: 'b', key: 'ArrowLeft', to: 'a' },
    { from: 'b', key: 'ArrowDown', to: 'd' },
    { from: 'd', key: 'ArrowUp', to: 'b' },
    { from: 'c', key: 'ArrowRight', to: undefined },
    { from: undefined, key: 'ArrowDown', to: 'a' },
  ] as const)('$key leads from $from to $to', ({ from, key, to }) => {
    expect(nodeInDirection(scene, scene.nodesById.get(from ?? ''), key)?.id).toBe(to);
  });

  it('reads column by column', () => {
    expect(nodesInReadingOrder(scene).map(({ id }) => id)).toEqual(['a', 'b', 'd', 'c']);
  });
});

describe('emphasisOf', () => {
  const scene = buildScene(
    topologyOf([nodeOf('a'), nodeOf('b'), nodeOf('c')], [edgeOf('a', 'b'), edgeOf('b', 'c')]),
    PLACES,
    'right',
  );

  it('brings out a node with its neighbours and their edges', () => {
    const { nodes, edges } = emphasisOf(scene, { ...NO_EMPHASIS, hovered: 'a' });
    expect(nodes.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(edges.map(({ id }) => id)).toEqual(['a>b']);
  });

  it('brings out an edge with its ends', () => {
    const { nodes, edges, fades } = emphasisOf(scene, { ...NO_EMPHASIS, selected: 'b>c' });
    expect(nodes.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(edges).toHaveLength(1);
    expect(fades).toBe(true);
  });

  it('does not let the rest fade for an edge that is only pointed at', () => {
    expect(emphasisOf(scene, { ...NO_EMPHASIS, hovered: 'b>c' }).fades).toBe(false);
  });

  it('prefers what is under the pointer to what is selected, and rings the selected', () => {
    const { nodes, rings } = emphasisOf(scene, { ...NO_EMPHASIS, hovered: 'c', selected: 'a' });
    expect(nodes.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(rings.map(({ node }) => node.id)).toEqual(['a']);
  });

  it('brings out nothing for what is gone', () => {
    expect(emphasisOf(scene, { ...NO_EMPHASIS, selected: 'gone' })).toEqual({
      nodes: [],
      edges: [],
      fades: false,
      rings: [],
    });
  });
});

describe('aggregate', () => {
  it('makes one bundle of all edges between two groups, none within a group, and lets what has no group stand for itself', () => {
    const nodes = [
      nodeOf('a', { group: 'x' }),
      nodeOf('b', { group: 'x' }),
      nodeOf('c', { group: 'y' }),
      nodeOf('d'),
    ];
    const edges = [edgeOf('a', 'b'), edgeOf('a', 'c'), edgeOf('c', 'b'), edgeOf('d', 'a')];
    const { hulls, bundles } = aggregate(buildScene(topologyOf(nodes, edges), PLACES, 'right'));
    expect(hulls.map(({ group, count }) => [group, count])).toEqual([
      ['x', 2],
      ['y', 1],
    ]);
    expect(bundles.map(({ from, to, forth, back }) => [from.group, to.group, forth, back])).toEqual([
      ['x', 'y', 1, 1],
      ['d', 'x', 1, 0],
    ]);
  });
});

function fail(): never {
  throw new Error('The scene has no such edge');
}

describe('edges in a laid out picture', () => {
  it.each([
    { nodes: 20, edges: 30 },
    { nodes: 60, edges: 110 },
    { nodes: 150, edges: 250 },
  ])('pass through no node that is not theirs: $nodes nodes, $edges edges', ({ nodes, edges }) => {
    const graph = serviceMap(nodes, edges, 3, 4);
    const scene = buildScene(
      topologyOf(
        graph.nodes.map(({ id, group }) => nodeOf(id, { group })),
        graph.edges.map(({ source, target }) => edgeOf(source, target)),
      ),
      layered(graph, { direction: 'right', aspect: 1.6 }),
      'right',
    );
    const struck = scene.edges.flatMap((edge) =>
      scene.nodes
        .filter((node) => node !== edge.source && node !== edge.target && strikes(flatten(edge.path), node))
        .map(({ id }) => `${edge.id} strikes ${id}`),
    );
    expect(struck).toEqual([]);
  });
});

function strikes(
  points: readonly number[],
  { x, y, radius }: { x: number; y: number; radius: number },
): boolean {
  return points.some((px, at) => at % 2 === 0 && Math.hypot(px - x, (points[at + 1] ?? 0) - y) < radius);
}
