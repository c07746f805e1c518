import { FAMILIES } from '@toposcope/exporter/contract/families.js';
import { RECORDINGS } from '../rules/recordings.js';
import { COMPANION, COMPANION_LABELS } from './companion-families.js';
import { inspect } from './inspect.js';
import { TARGET_LABELS } from './select.js';

/** Series of Prometheus itself, and those that prom-client gives every Node.js process. */
const PROMETHEUS: Readonly<Record<string, readonly string[]>> = {
  up: [],
  scrape_duration_seconds: [],
  scrape_samples_scraped: [],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  nodejs_eventloop_lag_p99_seconds: [],
  ALERTS: [
    'alertname',
    'alertstate',
    'severity',
    'host',
    'name',
    'client_workload',
    'server_workload',
    'port',
  ],
};

/** The labels of every metric that an expression may read. */
export function vocabulary(): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  for (const { name, type, labels } of FAMILIES) {
    for (const suffix of type === 'summary' ? ['_sum', '_count'] : ['']) {
      known.set(name + suffix, labels);
    }
  }
  for (const { record, labels } of RECORDINGS) {
    known.set(record, labels);
  }
  for (const [key, name] of Object.entries(COMPANION)) {
    const labels = COMPANION_LABELS[key as keyof typeof COMPANION];
    [name, `${name}_sum`, `${name}_count`].forEach((series) => known.set(series, labels));
  }
  for (const [name, labels] of Object.entries(PROMETHEUS)) {
    known.set(name, labels);
  }
  return known;
}

/** What an expression asks for and nobody offers, in sentences; empty when all is well. */
export function unknownIn(expr: string, known: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const { selectors, grouping, made } = inspect(expr);
  const target = new Set<string>(TARGET_LABELS);
  const available = new Set([...target, ...made]);
  const complaints = selectors.flatMap(({ metric, labels }) => {
    const offered = known.get(metric);
    if (offered === undefined) {
      return [`there is no metric ${metric}`];
    }
    offered.forEach((label) => available.add(label));
    return labels
      .filter((label) => !offered.includes(label) && !target.has(label))
      .map((label) => `${metric} has no label ${label}`);
  });
  const nowhere = grouping
    .filter((label) => !available.has(label))
    .map((label) => `no metric of the expression has a label ${label}`);
  return [...complaints, ...nowhere];
}
