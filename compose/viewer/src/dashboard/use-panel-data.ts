import { LoadingState, rangeUtil, type DataQuery, type PanelData } from '@grafana/data';
import { getDataSourceSrv, getTemplateSrv } from '@grafana/runtime';
import { useCallback, useEffect, useRef, useState } from 'react';
import { catchError, from, of, switchMap, type Subscription } from 'rxjs';
import { runQuery } from '../run-query';
import { rangeOf } from './time-controls';

/**
 * Runs the query when the address changes, when `refresh` (such as `5s`, or `off`) comes round, and on demand. While
 * a new answer is on its way the old one stays, marked as loading.
 */
export function usePanelData(dataSourceUid: string, query: DataQuery, search: string, refresh: string) {
  const [data, setData] = useState<PanelData>(() => ({
    state: LoadingState.Loading,
    series: [],
    timeRange: rangeOf(new URLSearchParams(search)),
  }));
  const running = useRef<Subscription>();

  const run = useCallback(() => {
    const timeRange = rangeOf(new URLSearchParams(search));
    getTemplateSrv().updateTimeRange(timeRange);
    running.current?.unsubscribe();
    setData((before) => ({ ...before, state: LoadingState.Loading }));
    running.current = from(getDataSourceSrv().get(dataSourceUid))
      .pipe(
        switchMap((dataSource) => runQuery(dataSource, [query], timeRange)),
        catchError((error: unknown) =>
          of<PanelData>({
            state: LoadingState.Error,
            series: [],
            timeRange,
            error: { message: String(error) },
          }),
        ),
      )
      .subscribe(setData);
  }, [dataSourceUid, query, search]);

  useEffect(() => {
    run();
    return () => running.current?.unsubscribe();
  }, [run]);

  useEffect(() => {
    if (refresh === 'off') {
      return undefined;
    }
    const timer = setInterval(() => {
      // A slow answer is waited for, and a page that nobody looks at asks nothing.
      if (running.current?.closed !== false && !document.hidden) {
        run();
      }
    }, rangeUtil.intervalToMs(refresh));
    return () => clearInterval(timer);
  }, [refresh, run]);

  return { data, run };
}
