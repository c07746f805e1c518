import type { DataFrame, DataQueryRequest } from '@grafana/data';
import { map, type Observable, of } from 'rxjs';
import { ask, type PrometheusQuery, type PrometheusSource } from './prometheus/ask';
import { PrometheusError } from './prometheus/ask';
import { withRemedy } from './prometheus/remedy';
import { RANGE_WINDOW } from './promql/expressions';
import { rateWindow } from './promql/rate-window';
import type { RangeSpec } from './query';

/**
 * The series over the request's time range, one frame an expression, named by its key. A key without series gives no
 * frame.
 */
export function queryRange(
  { series }: RangeSpec,
  refId: string,
  request: DataQueryRequest,
  { prometheus, scrapeSeconds }: { prometheus: PrometheusSource; scrapeSeconds: number },
): Observable<DataFrame[]> {
  if (series.length === 0) {
    return of([]);
  }
  const window = rateWindow(scrapeSeconds, request.intervalMs / 1000);
  const targets = series.map(({ expr }, index): PrometheusQuery => ({
    refId: `${refId}-${index}`,
    expr: expr.replaceAll(RANGE_WINDOW, window),
    instant: false,
    range: true,
    format: 'time_series',
  }));
  return ask(prometheus, request, targets).pipe(
    map(({ frames, failures }) => {
      const [failure] = failures.values();
      if (failure !== undefined) {
        throw new PrometheusError(withRemedy(`${prometheus.name} could not answer: ${failure}`));
      }
      return series.flatMap(({ key }, index) =>
        (frames.get(`${refId}-${index}`) ?? []).map((frame) => ({ ...frame, refId, name: key })),
      );
    }),
  );
}
