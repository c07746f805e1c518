import { containerInfo, containerWorkloadInfo } from '@toposcope/exporter/contract/container-families.js';
import { hostInfo } from '@toposcope/exporter/contract/host-families.js';
import { processGroupProcesses } from '@toposcope/exporter/contract/process-families.js';
import type { Family } from '@toposcope/exporter/contract/family.js';
import { eachRow } from '../graph/indexes';
import { compareText } from '../graph/order';
import { ownLabel } from '../graph/own-labels';
import { complete } from '../graph/steps';
import type { Vector } from '../graph/vector';
import { withExported } from '../promql/own-labels';
import { type Matcher, selector } from '../promql/selector';

/** A time range is looked at in so many steps, of so many seconds at least. */
const MOST_STEPS = 100;
const LEAST_STEP = 60;

/** What a dashboard variable can list: the values of one label. */
export const VARIABLE_KINDS = {
  host: { label: 'Hosts', family: hostInfo, name: 'host' },
  container: { label: 'Containers', family: containerInfo, name: 'name' },
  image: { label: 'Images', family: containerInfo, name: 'image' },
  namespace: { label: 'Namespaces and projects', family: containerWorkloadInfo, name: 'namespace' },
  workload: { label: 'Workloads', family: containerWorkloadInfo, name: 'workload' },
  process: { label: 'Process names', family: processGroupProcesses, name: 'name' },
} as const satisfies Record<string, { label: string; family: Family; name: string }>;
export type VariableKind = keyof typeof VARIABLE_KINDS;

export function isVariableKind(text: string): text is VariableKind {
  return Object.hasOwn(VARIABLE_KINDS, text);
}

/**
 * Every value that the label has at the time range's end or had within it, looked at in steps: a subquery costs by its
 * steps, however many scrapes there were. Prometheus looks back five minutes from each, so that up to eight hours nothing
 * is missed; of longer ranges only what lived shorter than a step may be.
 *
 * @param seconds Length of the time range; 0: only its end.
 */
export function variableExpression(kind: VariableKind, scope: readonly Matcher[], seconds: number): string {
  const { family, name } = VARIABLE_KINDS[kind];
  const values = `group by (${withExported([name]).join(', ')}) (${selector(family, scope)})`;
  const step = Math.max(LEAST_STEP, Math.ceil(seconds / MOST_STEPS));
  return seconds < LEAST_STEP
    ? values
    : `${values} or last_over_time(${values}[${Math.ceil(seconds)}s:${step}s])`;
}

/** Those values, sorted, each once. */
export function variableValues(kind: VariableKind, vector: Vector): readonly string[] {
  const values = new Set<string>();
  complete(eachRow(vector, (read) => values.add(ownLabel(read, VARIABLE_KINDS[kind].name))));
  return [...values].filter((value) => value !== '').sort(compareText);
}
