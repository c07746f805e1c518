import type { DataFrame, DataQueryRequest } from '@grafana/data';
import { type Observable, switchMap } from 'rxjs';
import { topologyFrames } from './frames/topology-frames';
import { vectorOfFrames } from './frames/vector-frames';
import { type Slicing, type Steps } from './graph/steps';
import type { Notice } from './graph/topology';
import type { Vector } from './graph/vector';
import { type Answers, askInstant, type PrometheusSource } from './prometheus/ask';
import type { Memo } from './prometheus/memo';
import { QUERIES, type QueryId } from './promql/queries';
import { sliced } from './sliced';
import { buildTopology, queriesOf } from './views/build';
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

/** Asks Prometheus once, at the end of the request's time range, and makes the frames of the picture. */
export function queryTopology(
  { view, options, window, refId }: TopologyRequest,
  request: DataQueryRequest,
  { prometheus, memo, slicing }: TopologyMeans,
): Observable<DataFrame[]> {
  const scope = { matchers: options.scope, hosts: options.hosts, window, edges: view.edges };
  const expressions = new Map<string, string>(queriesOf(view).map((id) => [id, QUERIES[id].promql(scope)]));
  const at = request.range.to.valueOf();
  const key = JSON.stringify([prometheus.name, Math.round(at / 1000), ...expressions.values()]);
  return memo
    .get(key, () => askInstant(prometheus, request, expressions))
    .pipe(switchMap((answers) => sliced(framesOf(answers, { view, options, at, refId }), slicing)));
}

function* framesOf(
  { frames, failures }: Answers,
  { view, options, at, refId }: Omit<TopologyRequest, 'window'> & { at: number },
): Steps<DataFrame[]> {
  const vectors: Partial<Record<QueryId, Vector>> = {};
  const notices: Notice[] = [];
  for (const id of queriesOf(view)) {
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
  const topology = yield* buildTopology(view, vectors, options, { at, notices });
  return yield* topologyFrames(topology, refId);
}
