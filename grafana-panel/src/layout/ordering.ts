import { countCrossings, crossingsOfPair } from './crossings';
import type { Vertex } from './vertex';

const SWEEPS = 16;
/** Sweeps without an improvement after which a start is given up. */
const PATIENCE = 5;
const TRANSPOSE_ROUNDS = 8;

/**
 * Orders the vertices within each rank so that few edges cross, by sweeps of the weighted median and transposition
 * of neighbours (Gansner et al. 1993, section 3), from several starts. Nodes of one group stay next to each other
 * within a rank. Where an earlier layout is known, the sweeps begin at its order, so that the picture stays familiar.
 */
export function orderRanks(ranks: Vertex[][]): void {
  let fewest = Infinity;
  let best: Vertex[][] = [];
  for (const start of starts(ranks)) {
    ranks.forEach((rank) => rank.sort((a, b) => start(a) - start(b) || a.index - b.index));
    ranks.forEach(gatherGroups);
    ranks.forEach(number);
    for (let sweep = 0, stale = 0, mine = Infinity; sweep < SWEEPS && stale < PATIENCE; sweep++) {
      const forward = sweep % 2 === 0;
      for (const rank of forward ? ranks : ranks.toReversed()) {
        sortByMedian(rank, forward ? 'before' : 'after');
      }
      transpose(ranks);
      const crossings = countCrossings(ranks);
      stale = crossings < mine ? 0 : stale + 1;
      mine = Math.min(mine, crossings);
      if (crossings < fewest) {
        fewest = crossings;
        best = ranks.map((rank) => [...rank]);
      }
    }
    if (fewest === 0) {
      break;
    }
  }
  best.forEach((rank, index) => (ranks[index] = rank));
  ranks.forEach(number);
}

type Start = (vertex: Vertex) => number;

function starts(ranks: readonly Vertex[][]): Start[] {
  const found = discoveryOrder(ranks.flat());
  const discovered: Start = (vertex) => found.get(vertex) ?? 0;
  const earlier: Start = (vertex) => vertex.earlier ?? neighbourMean(vertex) ?? 0;
  const warm = ranks.some((rank) => rank.some((vertex) => vertex.earlier !== undefined));
  return [...(warm ? [earlier] : []), discovered, (vertex) => -discovered(vertex), (vertex) => vertex.index];
}

/** Depth first from the roots: what hangs together comes together. */
function discoveryOrder(vertices: readonly Vertex[]): Map<Vertex, number> {
  const found = new Map<Vertex, number>();
  const roots = vertices.filter((vertex) => vertex.before.length === 0);
  for (const root of [...roots, ...vertices]) {
    const stack = [root];
    for (let vertex = stack.pop(); vertex; vertex = stack.pop()) {
      if (!found.has(vertex)) {
        found.set(vertex, found.size);
        stack.push(...vertex.after.toReversed());
      }
    }
  }
  return found;
}

function neighbourMean(vertex: Vertex): number | undefined {
  const known = [...vertex.before, ...vertex.after].flatMap(({ earlier }) => earlier ?? []);
  return known.length > 0 ? known.reduce((sum, at) => sum + at, 0) / known.length : undefined;
}

/** Vertices without neighbours on that side keep their place; the others are put between them by median. */
function sortByMedian(rank: Vertex[], side: 'before' | 'after'): void {
  const medians = new Map<Vertex, number>();
  for (const vertex of rank) {
    const median = weightedMedian(vertex[side]);
    if (median !== undefined) {
      medians.set(vertex, median);
    }
  }
  const moving = rank
    .filter((vertex) => medians.has(vertex))
    .sort((a, b) => (medians.get(a) ?? 0) - (medians.get(b) ?? 0) || a.order - b.order)
    .values();
  rank.forEach((vertex, index) => {
    rank[index] = medians.has(vertex) ? (moving.next().value ?? vertex) : vertex;
  });
  gatherGroups(rank);
  number(rank);
}

/** The median position of the neighbours, leaning to the side on which they are packed more tightly. */
function weightedMedian(neighbours: readonly Vertex[]): number | undefined {
  const orders = neighbours.map((neighbour) => neighbour.order).sort((a, b) => a - b);
  const middle = orders.length >> 1;
  const upper = orders[middle];
  const lower = orders[middle - 1];
  const first = orders[0];
  const last = orders.at(-1);
  if (upper === undefined || lower === undefined || first === undefined || last === undefined) {
    return upper;
  }
  if (orders.length % 2 === 1) {
    return upper;
  }
  const left = lower - first;
  const right = last - upper;
  return left + right > 0 ? (lower * right + upper * left) / (left + right) : (lower + upper) / 2;
}

/** Moves the nodes of each group next to each other, at the mean of their places; bends and loners go between. */
function gatherGroups(rank: Vertex[]): void {
  const places = new Map<string, { sum: number; count: number }>();
  rank.forEach((vertex, index) => {
    if (vertex.group !== '') {
      const place = places.get(vertex.group) ?? { sum: 0, count: 0 };
      places.set(vertex.group, { sum: place.sum + index, count: place.count + 1 });
    }
  });
  if (places.size < 2) {
    return;
  }
  const keys = new Map(
    rank.map((vertex, index) => {
      const place = places.get(vertex.group);
      return [vertex, { key: place ? place.sum / place.count : index, index }];
    }),
  );
  rank.sort((a, b) => {
    const first = keys.get(a);
    const second = keys.get(b);
    return first && second
      ? first.key - second.key || compareGroups(a.group, b.group) || first.index - second.index
      : 0;
  });
}

function compareGroups(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Swaps neighbours of a rank as long as that removes crossings. */
function transpose(ranks: readonly Vertex[][]): void {
  const sizes = ranks.map(groupSizes);
  for (let round = 0, improved = true; improved && round < TRANSPOSE_ROUNDS; round++) {
    improved = false;
    ranks.forEach((rank, index) => {
      for (let at = 0; at + 1 < rank.length; at++) {
        const left = rank[at];
        const right = rank[at + 1];
        if (left && right && maySwap(left, right, sizes[index]) && swapGain(left, right) > 0) {
          rank[at] = right;
          rank[at + 1] = left;
          right.order = at;
          left.order = at + 1;
          improved = true;
        }
      }
    });
  }
}

function groupSizes(rank: readonly Vertex[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { group } of rank) {
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  return sizes;
}

/** A swap must not put a stranger into the middle of a group. Bends are no strangers: they take little room. */
function maySwap(left: Vertex, right: Vertex, sizes: ReadonlyMap<string, number> | undefined): boolean {
  const single = (vertex: Vertex) => vertex.group === '' || sizes?.get(vertex.group) === 1;
  return (
    left.group === right.group || left.id === null || right.id === null || (single(left) && single(right))
  );
}

function swapGain(left: Vertex, right: Vertex): number {
  return (
    crossingsOfPair(left.before, right.before) +
    crossingsOfPair(left.after, right.after) -
    crossingsOfPair(right.before, left.before) -
    crossingsOfPair(right.after, left.after)
  );
}

function number(rank: readonly Vertex[]): void {
  rank.forEach((vertex, index) => (vertex.order = index));
}
