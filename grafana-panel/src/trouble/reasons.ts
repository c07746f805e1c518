import type { Metric, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { strainsOf } from './strain';

/** Facts that say why a node is in trouble, and which of their values do not. */
const TELLING: Readonly<Record<string, RegExp>> = {
  state: /^(running|sleeping|idle|traced|waiting for a device)$/,
  health: /^healthy$/,
  ready: /^(yes|\d+|(\d+) of \2\b.*)$/,
  condition: /^$/,
  schedulable: /^yes$/,
  phase: /^(Running|Succeeded)$/,
  status: /^(Active|Available|Bound|Complete)$/,
  reason: /^$/,
};

/**
 * Why a node has its mark, in words; empty where nothing is wrong, or where only its members could say what.
 *
 * @param format Writes a value of a unit.
 */
export function reasonsOf(
  node: TopologyNode,
  format: (value: number | null, unit: string) => string,
): readonly string[] {
  const isInTrouble = node.health === 'warning' || node.health === 'critical';
  if (!isInTrouble) {
    return [];
  }
  const facts = node.facts.flatMap(({ key, label, values }) => {
    const telling = values.filter((value) => TELLING[key]?.test(value) === false);
    return telling.length > 0 ? [`${label}: ${telling.join(', ')}`] : [];
  });
  return [...facts, ...strainsOf(node).map((metric) => strainText(metric, format))];
}

function strainText(
  { key, label, unit, value, limit }: Metric,
  format: (value: number | null, unit: string) => string,
): string {
  const [figure, whole] = [format(value, unit), format(limit, unit)];
  return key.startsWith('load')
    ? `${label}: ${figure} on ${whole} CPUs`
    : limit === null || unit === 'percentunit'
      ? `${label}: ${figure}`
      : `${label}: ${figure} of ${whole}`;
}
