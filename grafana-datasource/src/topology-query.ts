import type { DataFrame, DataQueryRequest } from '@grafana/data';
import { catchError, forkJoin, map, type Observable, of, switchMap } from 'rxjs';
import { topologyFrames } from './frames/topology-frames';
import { vectorOfFrames } from './frames/vector-frames';
import { type Slicing, type Steps } from './graph/steps';
import type { Notice } from './graph/topology';
import type { Vector } from './graph/vector';
import { type Answers, askInstant, type PrometheusSource } from './prometheus/ask';
import { messageOf } from './prometheus/error-message';
import type { Memo } from './prometheus/memo';
import { QUERIES, type QueryId } from './promql/queries';
import { sliced } from './sliced';
import { buildTopology, queriesOf } from './views/build';
import { ALERTS_ANSWER, alertsExpression, type OwnQuery, ownQueries } from './views/own-queries';
import type { View, ViewOptions } from './views/view';

/** A topology query whose variables are filled in. */
export interface TopologyRequest {
  readonly view: View;
  readonly options: ViewOptions;
  /** The window of rates, such as `60s`. */
  readonly window: string;
  readonly refId: string;
}

export interface TopologyMeans {
  readonly prometheus: PrometheusSource;
  /** Answers by what was asked and when. */
  readonly memo: Memo<Answers>;
  readonly slicing: Slicing;
}

/**
 * Asks Prometheus once, at the end of the request's time range, and makes the frames of the picture. PromQL of the
 * user's own is asked apart: an error in it takes away only what it would have told.
 */
export function queryTopology(
  { view, options, window, refId }: TopologyRequest,
  request: DataQueryRequest,
  { prometheus, memo, slicing }: TopologyMeans,
): Observable<DataFrame[]> {
  const at = request.range.to.valueOf();
  const scope = { matchers: options.scope, hosts: options.hosts, window, edges: view.edges };
  const ids = queriesOf(view, options);
  const remembered = (expressions: ReadonlyMap<string, string>): Observable<Answers> =>
    memo.get(JSON.stringify([prometheus.name, Math.round(at / 1000), ...expressions]), () =>
      askInstant(prometheus, request, expressions),
    );
  const expressions = ids.map((id) => [id, QUERIES[id].promql(scope)] as const);
  const alerts = options.alerts === false ? [] : [[ALERTS_ANSWER, alertsExpression(options.scope)] as const];
  const own = ownQueries(view.id, options).map((query) => ownAnswer(query, remembered));
  return forkJoin({
    answers: remembered(new Map<string, string>([...expressions, ...alerts])),
    own: own.length === 0 ? of([]) : forkJoin(own),
  }).pipe(
    switchMap(({ answers, own: owned }) =>
      sliced(framesOf(answers, owned, { view, options, at, refId }), slicing),
    ),
  );
}

type OwnAnswer = { readonly query: OwnQuery } & ({ readonly vector: Vector } | { readonly failure: string });

function ownAnswer(
  query: OwnQuery,
  remembered: (expressions: ReadonlyMap<string, string>) => Observable<Answers>,
): Observable<OwnAnswer> {
  const { key, expr } = query;
  return remembered(new Map([[key, expr]])).pipe(
    map(({ frames, failures }) => {
      const failure = failures.get(key);
      return failure === undefined
        ? { query, vector: vectorOfFrames(frames.get(key) ?? []) }
        : { query, failure };
    }),
    catchError((error: unknown) => of({ query, failure: messageOf(error) })),
  );
}

function* framesOf(
  { frames, failures }: Answers,
  owned: readonly OwnAnswer[],
  { view, options, at, refId }: Omit<TopologyRequest, 'window'> & { at: number },
): Steps<DataFrame[]> {
  const vectors: Partial<Record<QueryId, Vector>> = {};
  const notices: Notice[] = [];
  for (const id of queriesOf(view, options)) {
    const failure = failures.get(id);
    if (failure === undefined) {
      vectors[id] = vectorOfFrames(frames.get(id) ?? []);
    } else {
      notices.push({
        severity: 'error',
        message: `Prometheus could not answer about ${QUERIES[id].family.name}: ${failure}`,
        action: 'What this family tells is missing here.',
      });
    }
    yield;
  }
  const own = new Map([[ALERTS_ANSWER, vectorOfFrames(frames.get(ALERTS_ANSWER) ?? [])]]);
  const unalarmed = failures.get(ALERTS_ANSWER);
  if (unalarmed !== undefined) {
    notices.push({
      severity: 'warning',
      message: `Prometheus could not answer about ALERTS: ${unalarmed}`,
      action: 'Alerts that fire are missing here.',
    });
  }
  for (const answer of owned) {
    if ('vector' in answer) {
      own.set(answer.query.key, answer.vector);
    } else {
      notices.push({
        severity: 'error',
        message: `${answer.query.name} could not be had: ${answer.failure}`,
        action: 'The rest of the picture is whole. Try its PromQL in Explore.',
      });
    }
  }
  const topology = yield* buildTopology(view, vectors, options, { at, notices, own });
  return yield* topologyFrames(topology, refId);
}
