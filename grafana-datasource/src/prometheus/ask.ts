import type { DataFrame, DataQueryError, DataQueryRequest, DataQueryResponse } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { catchError, from, last, map, type Observable, throwError } from 'rxjs';
import { messageOf } from './error-message';
import { withRemedy } from './remedy';

/** A query as every Prometheus data source of Grafana reads it. */
export interface PrometheusQuery extends DataQuery {
  expr: string;
  instant: boolean;
  range: boolean;
  format: 'table' | 'time_series';
  /** The least step of a range query, such as `60s`. */
  interval?: string;
}

/** What is needed of a data source: Grafana's classes answer with an Observable or a promise. */
export interface PrometheusSource {
  readonly name: string;
  query(
    request: DataQueryRequest<PrometheusQuery>,
  ): Observable<DataQueryResponse> | Promise<DataQueryResponse>;
}

export interface Answers {
  /** By refId. */
  readonly frames: ReadonlyMap<string, readonly DataFrame[]>;
  /** What went wrong with single queries, by refId. */
  readonly failures: ReadonlyMap<string, string>;
  /** What it says of its answers, such as that one of its stores did not answer; each once. */
  readonly warnings: readonly string[];
}

/** Prometheus as a whole gave no answer. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
}

/**
 * Has an answer wherever Prometheus answers at all. Grafana turns a fetch that failed with status 0, such as one to a
 * server that is gone, into an answer without frames and without an error (toDataQueryResponse of @grafana/runtime).
 */
const PROBE: PrometheusQuery = {
  refId: 'toposcope-probe',
  expr: 'vector(1)',
  instant: true,
  range: false,
  format: 'table',
};

const UNANSWERED =
  'nothing came back. Is Grafana (or the viewer) still running, and can this browser reach it?';

let requests = 0;

/**
 * Asks all at once: one request. Fails with a PrometheusError when nothing at all was answered; what went wrong with
 * single queries is part of the answers.
 */
export function ask(
  source: PrometheusSource,
  request: DataQueryRequest,
  targets: readonly PrometheusQuery[],
): Observable<Answers> {
  // A request id that is in use would cancel the request that uses it.
  const requestId = `${request.requestId}-toposcope-${++requests}`;
  return from(source.query({ ...request, requestId, targets: [...targets, PROBE] })).pipe(
    last(),
    map((response) => answersOf(response, targets)),
    catchError((error: unknown) => throwError(() => prometheusError(source, error))),
  );
}

/** The same, for instant queries at the end of the request's time range: refId → PromQL. */
export function askInstant(
  source: PrometheusSource,
  request: DataQueryRequest,
  expressions: ReadonlyMap<string, string>,
): Observable<Answers> {
  const targets = [...expressions].map(([refId, expr]): PrometheusQuery => ({
    refId,
    expr,
    instant: true,
    range: false,
    format: 'table',
  }));
  return ask(source, request, targets);
}

function answersOf(response: DataQueryResponse, targets: readonly PrometheusQuery[]): Answers {
  const frames = new Map<string, DataFrame[]>(targets.map(({ refId }) => [refId, []]));
  const warnings = new Set<string>();
  let answered = false;
  for (const frame of response.data as DataFrame[]) {
    frames.get(frame.refId ?? '')?.push(frame);
    answered ||= frame.refId === PROBE.refId;
    for (const { severity, text } of frame.meta?.notices ?? []) {
      if (severity !== 'info') {
        warnings.add(text);
      }
    }
  }
  // A refused request comes as the one error that Grafana calls deprecated, and as no other.
  const { error: refusal } = response as { error?: DataQueryError };
  const errors = response.errors ?? (refusal === undefined ? [] : [refusal]);
  const failures = new Map<string, string>();
  for (const error of errors) {
    const { refId } = error;
    if (refId === undefined || !frames.has(refId)) {
      throw new PrometheusError(messageOf(error));
    }
    failures.set(refId, messageOf(error));
  }
  if (failures.size === targets.length) {
    const [message = ''] = failures.values();
    throw new PrometheusError(message);
  }
  if (!answered) {
    throw new PrometheusError(UNANSWERED);
  }
  return { frames, failures, warnings: [...warnings] };
}

/** Of Prometheus itself, about what was asked: https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
const QUERY_ERROR = /^(?:bad_data|execution)\b|parse error/;

function prometheusError({ name }: PrometheusSource, error: unknown): PrometheusError {
  const message = messageOf(error);
  // Some say themselves who did not answer.
  const what = QUERY_ERROR.test(message) ? 'could not evaluate this' : 'did not answer';
  const words = message.startsWith(name) ? message : `${name} ${what}: ${message}`;
  return new PrometheusError(withRemedy(words), { cause: error });
}
