import type { Metric } from '../graph/topology';

/** How a metric is called and drawn. */
export interface MetricStyle {
  readonly key: string;
  readonly label: string;
  /** A unit id of Grafana. */
  readonly unit: string;
}

export function metric(
  { key, label, unit }: MetricStyle,
  value: number | undefined,
  expr: string,
  limit?: number,
): Metric {
  return { key, label, unit, value: value ?? null, limit: limit ?? null, expr };
}

/** The sum of what is known; undefined when nothing is. */
export function sumOfKnown(values: Iterable<number | undefined>): number | undefined {
  let sum: number | undefined;
  for (const value of values) {
    sum = value === undefined ? sum : (sum ?? 0) + value;
  }
  return sum;
}

export const CORES = 'suffix:cores';
