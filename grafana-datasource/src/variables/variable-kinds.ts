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

/** Every value that the label has at the time range's end. */
export function variableExpression(kind: VariableKind, scope: readonly Matcher[]): string {
  const { family, name } = VARIABLE_KINDS[kind];
  return `group by (${withExported([name]).join(', ')}) (${selector(family, scope)})`;
}

/** Those values, sorted, each once. */
export function variableValues(kind: VariableKind, vector: Vector): readonly string[] {
  const values = new Set<string>();
  complete(eachRow(vector, (read) => values.add(ownLabel(read, VARIABLE_KINDS[kind].name))));
  return [...values].filter((value) => value !== '').sort(compareText);
}
