import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { matches } from '../promql/select.js';
import type { TopologySpec } from './topology-query.js';

/** Data sources are variables: the same file can be provisioned, and imported without a question. */
export const PROMETHEUS = { type: 'prometheus', uid: '${prometheus}' } as const;
export const TOPOLOGY = { type: 'toposcope-topology-datasource', uid: '${topology}' } as const;

/** Conditions that the variables `cluster` and `host` put on every family. */
export const HERE = { cluster: matches('$cluster'), host: matches('$host') } as const;

/** At least four scrapes: Grafana's own choice of a window. */
export const rate = (selector: string) => `rate(${selector}[$__rate_interval])`;

/** A query over the dashboard's time. */
export function overTime(refId: string, expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(PROMETHEUS).refId(refId).expr(expr).legendFormat(legend).range();
}

/** A query at the end of the dashboard's time. */
export function atEnd(refId: string, expr: string): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .refId(refId)
    .expr(expr)
    .legendFormat('__auto')
    .format(PromQueryFormat.Table)
    .instant();
}

/** A question to the topology data source. */
export function topology(spec: TopologySpec): Builder<Dataquery> {
  const query = { refId: 'A', datasource: TOPOLOGY, ...spec };
  return { build: () => ({ ...query, _implementsDataqueryVariant: () => undefined }) };
}

/** A, B, … Z: enough for any panel of ours. */
export const refIdOf = (index: number) => String.fromCharCode(65 + index);
