import type { Vertex } from './vertex';

/** Edge crossings between all neighbouring ranks in their present order. */
export function countCrossings(ranks: readonly (readonly Vertex[])[]): number {
  let crossings = 0;
  ranks.forEach((rank, index) => {
    crossings += crossingsAfter(rank, ranks[index + 1]?.length ?? 0);
  });
  return crossings;
}

/**
 * Crossings of the edges from one rank to the next, counted as inversions with a binary indexed tree in
 * O(edges · log width) (Barth, Mutzel and Jünger, "Simple and Efficient Bilayer Cross Counting", 2004).
 */
function crossingsAfter(rank: readonly Vertex[], width: number): number {
  const tree = new Int32Array(width + 1);
  let crossings = 0;
  let passed = 0;
  for (const vertex of rank) {
    for (const { order } of vertex.after) {
      let before = 0;
      for (let at = order + 1; at > 0; at -= at & -at) {
        before += tree[at] ?? 0;
      }
      crossings += passed - before;
    }
    for (const { order } of vertex.after) {
      for (let at = order + 1; at <= width; at += at & -at) {
        tree[at] = (tree[at] ?? 0) + 1;
      }
      passed++;
    }
  }
  return crossings;
}

/** Crossings among the edges of two vertices towards one side, if `left` stands before `right`. */
export function crossingsOfPair(left: readonly Vertex[], right: readonly Vertex[]): number {
  let crossings = 0;
  for (const a of left) {
    for (const b of right) {
      if (a.order > b.order) {
        crossings++;
      }
    }
  }
  return crossings;
}
