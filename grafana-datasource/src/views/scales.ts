import { ROWS_A_STEP, type Steps } from '../graph/steps';
import type { MetricScale, TopologyNode } from '../graph/topology';

/** The metrics of all nodes in the order of their first appearance; those without any value are left out. */
export function* scalesOf(nodes: readonly TopologyNode[]): Steps<readonly MetricScale[]> {
  const scales = new Map<string, { key: string; label: string; unit: string; max: number }>();
  let count = 0;
  for (const { metrics } of nodes) {
    if (++count % ROWS_A_STEP === 0) {
      yield;
    }
    for (const { key, label, unit, value, limit } of metrics) {
      if (value === null) {
        continue;
      }
      const scale = scales.get(key);
      const max = Math.max(value, limit ?? 0);
      if (scale === undefined) {
        scales.set(key, { key, label, unit, max });
      } else if (max > scale.max) {
        scale.max = max;
      }
    }
  }
  return [...scales.values()].map((scale) => ({
    ...scale,
    max: Number.isFinite(scale.max) && scale.max > 0 ? scale.max : 1,
  }));
}
