import {
  CoreApp,
  LoadingState,
  toDataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataSourceApi,
  type PanelData,
  type TimeRange,
} from '@grafana/data';
import { toDataQueryError } from '@grafana/runtime';
import { catchError, from, isObservable, map, of, type Observable } from 'rxjs';

let requests = 0;

/** What Explore's requests say of themselves; a panel's say nothing. */
interface Asker {
  readonly app?: CoreApp;
  /** What comes from now on is wanted too. */
  readonly liveStreaming?: boolean;
}

/** Asks a data source as a panel does: a request of its own id, and the answer, or the error, as panel data. */
export function runQuery(
  dataSource: DataSourceApi,
  targets: DataQuery[],
  timeRange: TimeRange,
  { app = CoreApp.Dashboard, liveStreaming = false }: Asker = {},
): Observable<PanelData> {
  const request: DataQueryRequest = {
    requestId: `viewer-${++requests}`,
    app,
    panelId: 1,
    dashboardUID: 'toposcope',
    // As Grafana's query runner does: what a panel asks for later goes to the same data source.
    targets: targets.map((target) => ({ ...target, datasource: dataSource.getRef() })),
    range: timeRange,
    rangeRaw: timeRange.raw,
    interval: '5s',
    intervalMs: 5_000,
    maxDataPoints: 400,
    scopedVars: {
      __interval: { text: '5s', value: '5s' },
      __interval_ms: { text: '5000', value: 5_000 },
    },
    timezone: 'browser',
    ...(liveStreaming ? { liveStreaming } : {}),
    startTime: Date.now(),
  };
  const answer = dataSource.query(request);
  return (isObservable(answer) ? answer : from(answer)).pipe(
    map((response): PanelData => {
      const errors = response.errors ?? (response.error ? [response.error] : undefined);
      return {
        request,
        timeRange,
        state: response.state ?? (errors ? LoadingState.Error : LoadingState.Done),
        series: response.data.map((frame: unknown) => toDataFrame(frame)),
        errors,
        error: errors?.[0],
      };
    }),
    catchError((error: unknown) => {
      const queryError = toDataQueryError(error);
      return of<PanelData>({
        request,
        timeRange,
        state: LoadingState.Error,
        series: [],
        errors: [queryError],
        error: queryError,
      });
    }),
  );
}
