import type { Family } from '@toposcope/exporter/contract/family.js';
import { anyOf, equals, type Matcher, selector } from './selector';

/**
 * Labels that service discovery commonly gives to targets. Where a scraped series has such a label, too, Prometheus keeps
 * the target's and renames the series' own to `exported_…`, unless `honor_labels` is set.
 */
const OF_TARGETS: ReadonlySet<string> = new Set([
  'namespace',
  'instance',
  'pod',
  'container',
  'service',
  'node',
  'endpoint',
  'job',
]);

/** What Prometheus makes of a label that the target has, too. */
export function exportedName(name: string): string {
  return `exported_${name}`;
}

/** The labels, and after them what those that targets may have are called where they do. */
export function withExported(labels: readonly string[]): readonly string[] {
  return [...labels, ...labels.filter((name) => OF_TARGETS.has(name)).map(exportedName)];
}

/**
 * An expression of the family's series whose own label has one of the values, whatever Prometheus calls it; `over` may
 * say over which time.
 */
export function ownSeries(
  family: Family,
  matchers: readonly Matcher[],
  name: string,
  values: readonly string[],
  over: (series: string) => string = (series) => series,
): string {
  const renamed = exportedName(name);
  const ways = [anyOf(renamed, values), [...anyOf(name, values), equals(renamed, '')]];
  return `(${ways.map((way) => over(selector(family, [...matchers, ...way]))).join(' or ')})`;
}
