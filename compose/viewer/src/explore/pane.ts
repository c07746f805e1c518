/** What an address of Grafana's Explore asks Prometheus. */
export interface Pane {
  readonly expr: string;
  /** The bounds of its time, relative such as `now-1h` or milliseconds, as addresses of dashboards have them. */
  readonly range: URLSearchParams;
}

/**
 * The first query of an address such as `/explore?panes={"id":{"queries":[{"expr":…}],"range":{"from":…,"to":…}}}`;
 * undefined: it holds none.
 */
export function paneOf(search: URLSearchParams): Pane | undefined {
  const [pane] = Object.values(objectIn(parsed(search.get('panes') ?? '')));
  const { queries, range } = objectIn(pane);
  const { expr } = objectIn(Array.isArray(queries) ? queries[0] : undefined);
  if (typeof expr !== 'string' || expr === '') {
    return undefined;
  }
  const bounds = Object.entries(objectIn(range)).filter(
    (bound): bound is [string, string] => typeof bound[1] === 'string',
  );
  return { expr, range: new URLSearchParams(bounds) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function objectIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
