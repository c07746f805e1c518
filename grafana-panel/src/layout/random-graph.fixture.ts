import type { LayoutEdge, LayoutGraph } from './graph';

/** A repeatable stream of numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A directed graph like a service map: tiers, mostly calls to the next tier, some that skip tiers, a few back, and
 * neighbours in the same corner of each tier.
 */
export function serviceMap(nodeCount: number, edgeCount: number, seed = 1, groups = 1): LayoutGraph {
  const random = seededRandom(seed);
  const tiers = Math.max(3, Math.round(2 + Math.log2(nodeCount)));
  const nodes = Array.from({ length: nodeCount }, (_, index) => ({
    id: `node-${String(index).padStart(5, '0')}`,
    group: groups > 1 ? `host-${index % groups}` : '',
    tier: Math.floor(random() ** 0.85 * tiers),
    place: random(),
  }));
  const byTier = Array.from({ length: tiers }, (_, tier) =>
    nodes.filter((node) => node.tier === tier).sort((a, b) => a.place - b.place),
  );
  const edges = new Map<string, LayoutEdge>();
  for (let attempt = 0; edges.size < edgeCount && attempt < edgeCount * 30; attempt++) {
    const source = nodes[Math.floor(random() * nodeCount)];
    const kind = random();
    const target = byTier[(source?.tier ?? 0) + (kind < 0.72 ? 1 : kind < 0.92 ? 2 : kind < 0.98 ? 3 : -1)];
    const near = (source?.place ?? 0) + (random() - 0.5) * (random() < 0.85 ? 0.12 : 1);
    const callee = target?.[Math.max(0, Math.min(target.length - 1, Math.floor(near * target.length)))];
    if (source && callee && source !== callee) {
      edges.set(`${source.id}>${callee.id}`, { source: source.id, target: callee.id });
    }
  }
  return { nodes: nodes.map(({ id, group }) => ({ id, group })), edges: [...edges.values()] };
}
