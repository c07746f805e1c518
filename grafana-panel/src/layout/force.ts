import iterate from 'graphology-layout-forceatlas2/iterate.js';
import { canonicalGraph, type LayoutGraph, type Point, type Positions } from './graph';
import { Occupancy } from './occupancy';

/** Numbers a node and an edge take in the matrices of `iterate`: see its PPN and PPE. */
const NODE_SIZE = 10;
const EDGE_SIZE = 3;
const SETTINGS = {
  linLogMode: false,
  outboundAttractionDistribution: false,
  adjustSizes: false,
  edgeWeightInfluence: 0,
  scalingRatio: 10,
  strongGravityMode: true,
  gravity: 0.02,
  slowDown: 4,
  barnesHutOptimize: true,
  barnesHutTheta: 0.8,
} as const;
/** Share of the way to its group's middle that a node goes at every step. */
const GROUP_PULL = 0.1;
/** Least room of a node in a big picture, where most labels are hidden. */
const ROOM = { width: 72, height: 72 } as const;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

export interface ForceOptions {
  readonly earlier?: Positions;
  /** Steps of the simulation; by default fewer for bigger graphs. */
  readonly steps?: number;
}

/**
 * Lays a big graph out by forces: ForceAtlas2 (Jacomy, Venturini, Heymann and Bastian, "ForceAtlas2, a Continuous
 * Graph Layout Algorithm", 2014), begun with the groups as discs on a spiral, which a pull towards each group's middle
 * keeps together; at the end nodes that overlap move to the nearest free place. Yields the picture as it forms, every
 * few steps. Deterministic.
 */
export function* force(
  graph: LayoutGraph,
  options: ForceOptions = {},
): Generator<Map<string, Point>, Map<string, Point>> {
  const canonical = canonicalGraph(graph);
  const ids = canonical.nodes.map((node) => node.id);
  const nodes = nodeMatrix(canonical, options.earlier);
  const edges = edgeMatrix(canonical);
  const groups = groupMembers(canonical);
  const steps = options.steps ?? Math.round(Math.min(200, Math.max(30, 400_000 / Math.max(1, ids.length))));
  for (let step = 1; step <= steps; step++) {
    iterate(SETTINGS, nodes, edges);
    pullTogether(nodes, groups);
    if (step % 5 === 0 && step < steps) {
      yield spread(ids, nodes);
    }
  }
  return withoutOverlaps(spread(ids, nodes));
}

function nodeMatrix({ nodes, edges }: LayoutGraph, earlier: Positions | undefined): Float32Array {
  const seeds = seedPositions(nodes, earlier);
  const degrees = new Map<string, number>();
  for (const id of edges.flatMap(({ source, target }) => [source, target])) {
    degrees.set(id, (degrees.get(id) ?? 0) + 1);
  }
  const matrix = new Float32Array(nodes.length * NODE_SIZE);
  nodes.forEach(({ id }, index) => {
    const seed = seeds.get(id) ?? { x: index, y: 0 };
    matrix.set([seed.x, seed.y, 0, 0, 0, 0, 1 + (degrees.get(id) ?? 0), 1, 1, 0], index * NODE_SIZE);
  });
  return matrix;
}

/** Groups on one sunflower spiral, each group's nodes on a small one round its middle. */
function seedPositions(nodes: LayoutGraph['nodes'], earlier: Positions | undefined): Map<string, Point> {
  const members = new Map<string, string[]>();
  for (const { id, group } of nodes) {
    members.set(group, [...(members.get(group) ?? []), id]);
  }
  const seeds = new Map<string, Point>();
  let placed = 0;
  [...members.values()].forEach((ids, group) => {
    const middle = onSpiral(group, Math.sqrt((placed + ids.length / 2) / Math.max(1, group)) * 12);
    placed += ids.length;
    ids.forEach((id, index) => {
      const around = onSpiral(index, 8);
      seeds.set(id, earlier?.get(id) ?? { x: middle.x + around.x, y: middle.y + around.y });
    });
  });
  return seeds;
}

/** Vogel's sunflower (1979): even density at every size. */
function onSpiral(index: number, scale: number): Point {
  const radius = scale * Math.sqrt(index + 0.5);
  return { x: radius * Math.cos(index * GOLDEN_ANGLE), y: radius * Math.sin(index * GOLDEN_ANGLE) };
}

function edgeMatrix({ nodes, edges }: LayoutGraph): Float32Array {
  const offsets = new Map(nodes.map((node, index) => [node.id, index * NODE_SIZE]));
  const matrix = new Float32Array(edges.length * EDGE_SIZE);
  edges.forEach(({ source, target }, index) => {
    matrix.set([offsets.get(source) ?? 0, offsets.get(target) ?? 0, 1], index * EDGE_SIZE);
  });
  return matrix;
}

function groupMembers({ nodes }: LayoutGraph): number[][] {
  const members = new Map<string, number[]>();
  nodes.forEach(({ group }, index) => {
    if (group !== '') {
      const list = members.get(group) ?? [];
      list.push(index * NODE_SIZE);
      members.set(group, list);
    }
  });
  return [...members.values()].filter((list) => list.length > 1);
}

function pullTogether(matrix: Float32Array, groups: readonly (readonly number[])[]): void {
  for (const members of groups) {
    let x = 0;
    let y = 0;
    for (const at of members) {
      x += (matrix[at] ?? 0) / members.length;
      y += (matrix[at + 1] ?? 0) / members.length;
    }
    for (const at of members) {
      matrix[at] = (matrix[at] ?? 0) * (1 - GROUP_PULL) + x * GROUP_PULL;
      matrix[at + 1] = (matrix[at + 1] ?? 0) * (1 - GROUP_PULL) + y * GROUP_PULL;
    }
  }
}

/** Scales to the density at which nodes have room, and centres. */
function spread(ids: readonly string[], matrix: Float32Array): Map<string, Point> {
  let x = 0;
  let y = 0;
  for (let at = 0; at < matrix.length; at += NODE_SIZE) {
    x += (matrix[at] ?? 0) / ids.length;
    y += (matrix[at + 1] ?? 0) / ids.length;
  }
  let square = 0;
  for (let at = 0; at < matrix.length; at += NODE_SIZE) {
    square += ((matrix[at] ?? 0) - x) ** 2 + ((matrix[at + 1] ?? 0) - y) ** 2;
  }
  const radius = Math.sqrt(square / ids.length) || 1;
  const scale = (ROOM.width * 0.9 * Math.sqrt(ids.length)) / radius;
  return new Map(
    ids.map((id, index) => [
      id,
      {
        x: ((matrix[index * NODE_SIZE] ?? 0) - x) * scale,
        y: ((matrix[index * NODE_SIZE + 1] ?? 0) - y) * scale,
      },
    ]),
  );
}

/** From the middle outwards, so that the dense core keeps its shape and what gives way moves out. */
function withoutOverlaps(positions: Positions): Map<string, Point> {
  const occupancy = new Occupancy(ROOM.width, ROOM.height);
  const outwards = [...positions].sort(([, a], [, b]) => Math.hypot(a.x, a.y) - Math.hypot(b.x, b.y));
  return new Map(outwards.map(([id, point]) => [id, occupancy.takeNearest(point)]));
}
