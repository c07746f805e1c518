import { createVertex, type Vertex } from './vertex';

/**
 * Puts a vertex on every rank that an edge passes, so that each edge joins neighbouring ranks only, and returns the
 * ranks with all their vertices (Sugiyama et al. 1981, "dummy vertices").
 */
export function splitLongEdges(vertices: readonly Vertex[]): Vertex[][] {
  const last = vertices.reduce((rank, vertex) => Math.max(rank, vertex.rank), 0);
  const ranks: Vertex[][] = Array.from({ length: last + 1 }, () => []);
  const put = (vertex: Vertex) => ranks[vertex.rank]?.push(vertex);
  let index = vertices.length;
  vertices.forEach(put);
  for (const source of vertices) {
    source.after = source.after.map((target) => {
      let next = target;
      for (let rank = target.rank - 1; rank > source.rank; rank--) {
        const bend = createVertex(null, '', index++);
        bend.rank = rank;
        bend.earlier = between(source, target, rank);
        bend.after.push(next);
        if (next === target) {
          target.before[target.before.indexOf(source)] = bend;
        } else {
          next.before.push(bend);
        }
        put(bend);
        next = bend;
      }
      if (next !== target) {
        next.before.push(source);
      }
      return next;
    });
  }
  return ranks;
}

/** Where the straight line between the ends passed the rank in the earlier layout. */
function between(source: Vertex, target: Vertex, rank: number): number | undefined {
  if (source.earlier === undefined || target.earlier === undefined) {
    return undefined;
  }
  const share = (rank - source.rank) / (target.rank - source.rank);
  return source.earlier + (target.earlier - source.earlier) * share;
}
