import type { DataFrame, DataQueryRequest } from '@grafana/data';
import { catchError, forkJoin, map, type Observable, of, switchMap } from 'rxjs';
import { tableFrames } from './frames/table-frames';
import { topologyFrames } from './frames/topology-frames';
import { vectorOfFrames } from './frames/vector-frames';
import { bounded } from './graph/bound';
import { compare } from './graph/compare';
import { momentOf } from './graph/moment';
import { type Slicing, type Steps } from './graph/steps';
import type { Notice, Topology } from './graph/topology';
import type { Vector } from './graph/vector';
import { type Answers, askInstant, type PrometheusSource } from './prometheus/ask';
import { messageOf } from './prometheus/error-message';
import type { Memo } from './prometheus/memo';
import { remedyFor } from './prometheus/remedy';
import { QUERIES, type QueryId } from './promql/queries';
import { durationSeconds } from './promql/rate-window';
import type { TimeSpec } from './query';
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
  /** Frames for graphs, tables to be read, or both. Absent: for graphs. */
  readonly forms?: readonly ('graph' | 'table')[];
  readonly time?: TimeSpec | undefined;
  /** Milliseconds since the epoch, or how long before the moment shown; absent or empty: nothing to compare with. */
  readonly compareWith?: string | undefined;
}

export interface TopologyMeans {
  readonly prometheus: PrometheusSource;
  /** For links to Explore. */
  readonly source?: Topology['prometheus'];
  /** Answers by what was asked and when. */
  readonly memo: Memo<Answers>;
  readonly slicing: Slicing;
  /** The request with another end of its time range. */
  readonly requestAt: (request: DataQueryRequest, at: number) => DataQueryRequest;
}

/**
 * Asks Prometheus and makes the frames of the picture: of a moment, of all that was seen within the time range, or of a
 * moment compared with another.
 */
export function queryTopology(
  asked: TopologyRequest,
  request: DataQueryRequest,
  means: TopologyMeans,
): Observable<DataFrame[]> {
  const { time, compareWith } = asked;
  const [from, end] = [request.range.from.valueOf(), request.range.to.valueOf()];
  const at = (time?.mode === 'at' ? momentOf(time.at, end) : undefined) ?? end;
  const since = time?.mode === 'range' ? from : undefined;
  const before = momentOf(compareWith, at);
  const later = drawMoment(asked, { at, since }, request, means);
  if (before === undefined) {
    return later.pipe(switchMap((topology) => sliced(framesOf(topology, asked), means.slicing)));
  }
  const shifted = since === undefined ? undefined : since - (at - before);
  return forkJoin([later, drawMoment(asked, { at: before, since: shifted }, request, means)]).pipe(
    switchMap(([now, then]) => sliced(framesOfComparison(now, then, asked), means.slicing)),
  );
}

interface Moment {
  readonly at: number;
  readonly since: number | undefined;
}

function* framesOfComparison(later: Topology, earlier: Topology, asked: TopologyRequest): Steps<DataFrame[]> {
  return yield* framesOf(yield* compare(later, earlier), asked);
}

function* framesOf(topology: Topology, { refId, forms = ['graph'] }: TopologyRequest): Steps<DataFrame[]> {
  return [
    ...(forms.includes('graph') ? yield* topologyFrames(topology, refId) : []),
    ...(forms.includes('table') ? yield* tableFrames(topology, refId) : []),
  ];
}

/**
 * Asks all about a moment at once. PromQL of the user's own is asked apart: an error in it takes away only what it would
 * have told.
 */
function drawMoment(
  { view, options, window }: TopologyRequest,
  { at, since }: Moment,
  request: DataQueryRequest,
  { prometheus, memo, slicing, source, requestAt }: TopologyMeans,
): Observable<Topology> {
  const seconds = since === undefined ? 0 : Math.ceil((at - since) / 1000);
  const isLonger = seconds > (durationSeconds(window) ?? 0);
  const period = since === undefined ? undefined : isLonger ? `${seconds}s` : window;
  const scope = {
    matchers: options.scope,
    hosts: options.hosts,
    window: period ?? window,
    period,
    edges: view.edges,
    ...(options.clusterLabel === undefined ? {} : { clusterLabel: options.clusterLabel }),
  };
  const ids = queriesOf(view, options);
  const momentary = at === request.range.to.valueOf() ? request : requestAt(request, at);
  const remembered = (expressions: ReadonlyMap<string, string>): Observable<Answers> =>
    memo.get(JSON.stringify([prometheus.name, Math.round(at / 1000), ...expressions]), () =>
      askInstant(prometheus, momentary, expressions),
    );
  const expressions = ids.map((id) => [id, QUERIES[id].promql(scope)] as const);
  const alerts = options.alerts === false ? [] : [[ALERTS_ANSWER, alertsExpression(options.scope)] as const];
  const own = ownQueries(view.id, options).map((query) => ownAnswer(query, remembered));
  return forkJoin({
    answers: remembered(new Map<string, string>([...expressions, ...alerts])),
    own: own.length === 0 ? of([]) : forkJoin(own),
  }).pipe(
    switchMap(({ answers, own: owned }) => sliced(pictureOf(answers, owned, { view, options, at }), slicing)),
    map((topology) => ({
      ...topology,
      ...(since === undefined ? {} : { since }),
      ...(source === undefined ? {} : { prometheus: source }),
    })),
  );
}

/** Each store of a federation may warn for each query. */
const MOST_WARNINGS = 3;

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

function* pictureOf(
  { frames, failures, warnings }: Answers,
  owned: readonly OwnAnswer[],
  { view, options, at }: Pick<TopologyRequest, 'view' | 'options'> & { at: number },
): Steps<Topology> {
  const vectors: Partial<Record<QueryId, Vector>> = {};
  const notices: Notice[] = warnings.slice(0, MOST_WARNINGS).map((text) => ({
    severity: 'warning',
    message: `Prometheus answered, but with a warning: ${text}`,
    action: 'What it speaks of may be missing here, or wrong.',
  }));
  for (const id of queriesOf(view, options)) {
    const failure = failures.get(id);
    if (failure === undefined) {
      vectors[id] = vectorOfFrames(frames.get(id) ?? []);
    } else {
      notices.push({
        severity: 'error',
        message: `Prometheus could not answer about ${QUERIES[id].family.name}: ${failure}`,
        action: `What this family tells is missing here. ${remedyFor(failure)}`.trimEnd(),
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
  return yield* bounded(yield* buildTopology(view, vectors, options, { at, notices, own }));
}
