import { ROWS_A_STEP, type Steps } from './steps';

/** Sorts by id in the order of UTF-16 code units, which is the same everywhere: a merge sort that pauses. */
export function* sortedById<Item extends { readonly id: string }>(items: readonly Item[]): Steps<Item[]> {
  if (items.length <= SORTED_AT_ONCE) {
    return [...items].sort(byId);
  }
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += SORTED_AT_ONCE) {
    runs.push(items.slice(start, start + SORTED_AT_ONCE).sort(byId));
    yield;
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      const [left, right] = [runs[index], runs[index + 1]];
      merged.push(left !== undefined && right !== undefined ? yield* merge(left, right) : (left ?? []));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

const SORTED_AT_ONCE = 2 * ROWS_A_STEP;

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return compareText(a.id, b.id);
}

function* merge<Item extends { readonly id: string }>(
  left: readonly Item[],
  right: readonly Item[],
): Steps<Item[]> {
  const merged: Item[] = [];
  let taken = 0;
  for (const item of left) {
    for (let next = right[taken]; next !== undefined && next.id < item.id; next = right[++taken]) {
      merged.push(next);
    }
    merged.push(item);
    if (merged.length % ROWS_A_STEP === 0) {
      yield;
    }
  }
  for (; taken < right.length; taken++) {
    const item = right[taken];
    if (item !== undefined) {
      merged.push(item);
    }
  }
  return merged;
}
