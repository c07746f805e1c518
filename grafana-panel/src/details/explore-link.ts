import { locationUtil, type TimeRange } from '@grafana/data';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';

/** Explore with a query in it, over the same time; undefined: there is no query, or nobody to ask. */
export function exploreLink(
  { prometheus }: Pick<Topology, 'prometheus'>,
  expr: string,
  { raw }: Pick<TimeRange, 'raw'>,
): string | undefined {
  if (expr === '' || !prometheus) {
    return undefined;
  }
  const bound = (value: TimeRange['raw']['from']) =>
    typeof value === 'string' ? value : String(value.valueOf());
  const pane = {
    datasource: prometheus.uid,
    queries: [{ refId: 'A', datasource: prometheus, expr, editorMode: 'code', range: true }],
    range: { from: bound(raw.from), to: bound(raw.to) },
  };
  const panes = encodeURIComponent(JSON.stringify({ toposcope: pane }));
  return locationUtil.assureBaseUrl(`/explore?schemaVersion=1&panes=${panes}`);
}
