import type { DataQuery } from '@grafana/schema';

/** The log of one container, for Explore. */
export interface LogsQuery extends DataQuery {
  readonly queryType: 'logs';
  readonly host: string;
  /** The container's name: an id would be gone with the next deployment. */
  readonly container: string;
  readonly stream?: 'stdout' | 'stderr';
  /** Lines with this text, or that match it where `isRegex` (RE2 syntax). */
  readonly filter?: string;
  readonly isRegex?: boolean;
}

/** The query as one of a log; undefined for any other. A saved query may lack anything. */
export function asLogsQuery(query: DataQuery): LogsQuery | undefined {
  if (query.queryType !== 'logs') {
    return undefined;
  }
  return { host: '', container: '', ...query, queryType: 'logs' };
}
