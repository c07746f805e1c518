import { LANE } from './spacing';
import type { Vertex } from './vertex';

const SWEEPS = 10;
/** Bends pull harder than nodes, so that long edges run straight (Gansner et al. 1993, section 4). */
const BEND_PULL = 4;
/** What a vertex without neighbours on the side of the sweep weighs against being pushed. */
const IDLE_WEIGHT = 0.2;

/**
 * Sets the column, and the coordinate across the flow: every vertex as near as its order and the gaps allow to the
 * weighted mean of its neighbours, in sweeps to and fro.
 *
 * @param columns How many columns each rank is broken into.
 * @param gap Least distance between the centres of two nodes of a column.
 */
export function assignCoordinates(ranks: readonly Vertex[][], columns: readonly number[], gap: number): void {
  const offsets = ranks.map((rank, index) => deal(rank, columns[index] ?? 1, gap));
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

/** A tier of more nodes than these may be broken like any other rank. */
const TIER = 7;

/**
 * Deals the nodes of a rank to its columns, each to the one that is free first, so that edges to a far column pass
 * between nodes; and returns the least distance of each vertex from the first. The nodes that are both called and
 * call, such as the servers of a tier, stay together: in two columns they would look like two tiers.
 */
function deal(rank: readonly Vertex[], columns: number, gap: number): number[] {
  const isBetween = ({ id, before, after }: Vertex) => id !== null && before.length > 0 && after.length > 0;
  const keepsTier = rank.filter(isBetween).length <= TIER;
  const taken = Array.from({ length: columns }, () => -Infinity);
  let at = 0;
  return rank.map((vertex, index) => {
    const last = rank[index - 1];
    if (last) {
      at += (roomOf(last, gap / columns) + roomOf(vertex, gap / columns)) / 2;
    }
    if (vertex.id !== null) {
      vertex.column = keepsTier && isBetween(vertex) ? 0 : taken.indexOf(Math.min(...taken));
      at = Math.max(at, (taken[vertex.column] ?? -Infinity) + gap);
      taken[vertex.column] = at;
    }
    return at;
  });
}

function roomOf(vertex: Vertex, gap: number): number {
  return vertex.id === null ? LANE : gap;
}
