import type { DataQuery } from '@grafana/data';

const PARAMETER = 'query';

/** The query that the address holds, so that a link asks the same; undefined where it holds none. */
export function queryIn(search: string): DataQuery | undefined {
  try {
    const query: unknown = JSON.parse(new URLSearchParams(search).get(PARAMETER) ?? '');
    return typeof query === 'object' && query !== null && !Array.isArray(query)
      ? { ...query, refId: 'A' }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The address's parameters with the query among them. */
export function searchWith(search: string, query: DataQuery): string {
  const parameters = new URLSearchParams(search);
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- they are what stays out
  const { refId, datasource, key, ...asked } = query;
  parameters.set(PARAMETER, JSON.stringify(asked));
  return parameters.toString();
}
