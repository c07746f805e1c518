import { compareNames, type LayoutEdge } from './graph';

/** So many of all pairs of groups, or so many a group, are connected: then there is no one way in which things flow. */
const DENSE = { share: 0.5, each: 8 } as const;

/**
 * Groups in the order in which requests flow, clients first: the greedy heuristic of Eades, Lin and Smyth ("A fast and
 * effective heuristic for the feedback arc set problem", 1993) on the numbers of edges between groups. By name, with
 * numbers by their value, where nearly all are connected with all.
 *
 * @param groupOf Empty: of no group.
 */
export function flowOrder(
  names: readonly string[],
  edges: readonly LayoutEdge[],
  groupOf: (id: string) => string,
): string[] {
  const byName = [...names].sort(compareNames);
  const flows = flowsBetween(edges, groupOf);
  const pairs = [...flows.values()].reduce((count, targets) => count + targets.size, 0);
  if (pairs > names.length * Math.min(DENSE.each, DENSE.share * Math.max(1, names.length - 1))) {
    return byName;
  }
  const first: string[] = [];
  const last: string[] = [];
  const left = new Set(byName);
  while (left.size > 0) {
    let best: string | undefined;
    let most = -Infinity;
    for (const name of left) {
      const { out, into } = degreesOf(name, left, flows);
      // A pure server goes to the end at once, a pure client to the beginning.
      const score = out === 0 && into > 0 ? Infinity : into === 0 ? Number.MAX_VALUE : out - into;
      if (score > most) {
        best = name;
        most = score;
      }
    }
    if (best === undefined) {
      break;
    }
    left.delete(best);
    if (most === Infinity) {
      last.unshift(best);
    } else {
      first.push(best);
    }
  }
  return [...first, ...last];
}

type Flows = ReadonlyMap<string, ReadonlyMap<string, number>>;

function flowsBetween(edges: readonly LayoutEdge[], groupOf: (id: string) => string): Flows {
  const flows = new Map<string, Map<string, number>>();
  for (const { source, target } of edges) {
    const [from, to] = [groupOf(source), groupOf(target)];
    if (from !== '' && to !== '' && from !== to) {
      const targets = flows.get(from) ?? new Map<string, number>();
      targets.set(to, (targets.get(to) ?? 0) + 1);
      flows.set(from, targets);
    }
  }
  return flows;
}

function degreesOf(name: string, among: ReadonlySet<string>, flows: Flows) {
  let [out, into] = [0, 0];
  for (const [target, count] of flows.get(name) ?? []) {
    out += among.has(target) ? count : 0;
  }
  for (const source of among) {
    into += flows.get(source)?.get(name) ?? 0;
  }
  return { out, into };
}
