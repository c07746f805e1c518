import { LANE } from './spacing';
import type { Vertex } from './vertex';

const SWEEPS = 10;
/** Bends pull harder than nodes, so that long edges run straight (Gansner et al. 1993, section 4). */
const BEND_PULL = 4;
/** What a vertex without neighbours on the side of the sweep weighs against being pushed. */
const IDLE_WEIGHT = 0.2;

/**
 * Sets the coordinate across the flow: every vertex as near as its order and the gaps allow to the weighted mean of
 * its neighbours, in sweeps to and fro.
 *
 * @param gapOf Distance between the centres of two nodes that follow each other on a rank.
 */
export function assignCoordinates(ranks: readonly Vertex[][], gapOf: (rank: number) => number): void {
  const offsets = ranks.map((rank, index) => offsetsOf(rank, gapOf(index)));
  ranks.forEach((rank, index) => {
    const middle = (offsets[index]?.at(-1) ?? 0) / 2;
    rank.forEach((vertex, order) => (vertex.across = (offsets[index]?.[order] ?? 0) - middle));
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forward = sweep % 2 === 0;
    for (const rank of forward ? ranks : ranks.toReversed()) {
      const sides = (vertex: Vertex) =>
        sweep < 2 ? (forward ? vertex.before : vertex.after) : [...vertex.before, ...vertex.after];
      fitToNeighbours(rank, sides, offsets[rank[0]?.rank ?? 0] ?? []);
    }
  }
}

function fitToNeighbours(
  rank: readonly Vertex[],
  sides: (vertex: Vertex) => Vertex[],
  offsets: readonly number[],
): void {
  const wishes = rank.map((vertex) => {
    let sum = 0;
    let weight = 0;
    for (const neighbour of sides(vertex)) {
      const pull = (vertex.id === null ? BEND_PULL : 1) * (neighbour.id === null ? BEND_PULL : 1);
      sum += neighbour.across * pull;
      weight += pull;
    }
    return weight > 0 ? { at: sum / weight, weight } : { at: vertex.across, weight: IDLE_WEIGHT };
  });
  const fitted = fitWithGaps(wishes, offsets);
  rank.forEach((vertex, index) => (vertex.across = fitted[index] ?? vertex.across));
}

export interface Wish {
  readonly at: number;
  readonly weight: number;
}

/**
 * The positions nearest to the wishes by weighted least squares that keep at least the given offsets between
 * neighbours: isotonic regression by pool-adjacent-violators (Ayer et al. 1955) on the wishes less the offsets.
 *
 * @param offsets Least distance of each from the first, ascending.
 */
export function fitWithGaps(wishes: readonly Wish[], offsets: readonly number[]): number[] {
  const blocks: { sum: number; weight: number; count: number }[] = [];
  wishes.forEach((wish, index) => {
    let block = { sum: (wish.at - (offsets[index] ?? 0)) * wish.weight, weight: wish.weight, count: 1 };
    for (
      let last = blocks.at(-1);
      last && last.sum / last.weight > block.sum / block.weight;
      last = blocks.at(-1)
    ) {
      block = {
        sum: last.sum + block.sum,
        weight: last.weight + block.weight,
        count: last.count + block.count,
      };
      blocks.pop();
    }
    blocks.push(block);
  });
  return blocks
    .flatMap(({ sum, weight, count }) => Array.from({ length: count }, () => sum / weight))
    .map((at, index) => at + (offsets[index] ?? 0));
}

function offsetsOf(rank: readonly Vertex[], gap: number): number[] {
  let at = 0;
  return rank.map((vertex, index) => {
    const last = rank[index - 1];
    if (last) {
      at += (roomOf(last, gap) + roomOf(vertex, gap)) / 2;
    }
    return at;
  });
}

function roomOf(vertex: Vertex, gap: number): number {
  return vertex.id === null ? LANE : gap;
}
