/** What an Explore link opens: PromQL, over a time range. */
export interface ExploreQuery {
  readonly prometheus: { readonly uid: string; readonly type: string };
  /** One query an expression; empty ones are left out. */
  readonly expressions: readonly string[];
  /** Unix milliseconds, or relative moments such as `now-1h`. */
  readonly range: { readonly from: number | string; readonly to: number | string };
}

/**
 * The path and query of Grafana's Explore with the PromQL of a node or an edge, to be put behind the address that
 * Grafana is served from. The format of the panes is that of Grafana 10 and later.
 */
export function explorePath({ prometheus, expressions, range }: ExploreQuery): string {
  const { uid, type } = prometheus;
  const queries = expressions
    .filter((expr) => expr !== '')
    .map((expr, index) => ({
      refId: refIdOf(index),
      datasource: { uid, type },
      expr,
      range: true,
      instant: false,
      editorMode: 'code',
    }));
  const pane = { datasource: uid, queries, range: { from: String(range.from), to: String(range.to) } };
  const parameters = new URLSearchParams({ schemaVersion: '1', panes: JSON.stringify({ toposcope: pane }) });
  return `/explore?${parameters.toString()}`;
}

/** A … Z, AA, AB …, as Grafana names queries. */
function refIdOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : refIdOf(Math.floor(index / 26) - 1) + letter;
}
