/**
 * Prometheus' answer to one instant query, by columns: row `i` is the series whose labels are `labels.get(name)[i]` and
 * whose sample is `values[i]`. The columns may be the data frame's own.
 */
export interface Vector {
  readonly size: number;
  readonly values: ArrayLike<number | null | undefined>;
  readonly labels: ReadonlyMap<string, ArrayLike<string | null | undefined>>;
}

export const EMPTY_VECTOR: Vector = { size: 0, values: [], labels: new Map() };

/** A label's value in each row: empty where the series does not carry it, as in PromQL. */
export function label(vector: Vector, name: string): (row: number) => string {
  const column = vector.labels.get(name);
  return column === undefined ? () => '' : (row) => column[row] ?? '';
}

/** A row's sample; undefined when it is missing or not a number. */
export function sample(vector: Vector, row: number): number | undefined {
  const value = vector.values[row];
  return value == null || Number.isNaN(value) ? undefined : value;
}
