import type { Vertex } from './vertex';

const TIGHTENING_ROUNDS = 4;

/**
 * Gives every vertex of an acyclic graph a rank from 0, each after all of its callers (longest path), then pulls
 * vertices towards the side on which they have more edges, so that edges get short. This comes near to the optimum
 * of Gansner et al. (1993, section 2) at a fraction of the cost of the network simplex.
 */
export function assignRanks(vertices: readonly Vertex[]): void {
  const topological = topologicalOrder(vertices);
  for (const vertex of topological) {
    vertex.rank = vertex.before.reduce((rank, caller) => Math.max(rank, caller.rank + 1), 0);
  }
  for (let round = 0; round < TIGHTENING_ROUNDS; round++) {
    for (const vertex of topological.toReversed()) {
      tighten(vertex);
    }
  }
  const first = vertices.reduce((least, vertex) => Math.min(least, vertex.rank), Infinity);
  for (const vertex of vertices) {
    vertex.rank -= first;
  }
}

function tighten(vertex: Vertex): void {
  if (vertex.after.length === 0) {
    return;
  }
  const lowest = vertex.before.reduce((rank, caller) => Math.max(rank, caller.rank + 1), 0);
  const highest = vertex.after.reduce((rank, callee) => Math.min(rank, callee.rank - 1), Infinity);
  vertex.rank = vertex.before.length >= vertex.after.length ? lowest : Math.max(lowest, highest);
}

function topologicalOrder(vertices: readonly Vertex[]): Vertex[] {
  const waiting = new Map(vertices.map((vertex) => [vertex, vertex.before.length]));
  const ready = vertices.filter((vertex) => vertex.before.length === 0);
  for (const vertex of ready) {
    for (const callee of vertex.after) {
      const left = (waiting.get(callee) ?? 0) - 1;
      waiting.set(callee, left);
      if (left === 0) {
        ready.push(callee);
      }
    }
  }
  return ready;
}
