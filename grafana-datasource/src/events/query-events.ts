import type { DataFrame, DataQueryRequest } from '@grafana/data';
import { map, type Observable, of, switchMap } from 'rxjs';
import { vectorOfFrames } from '../frames/vector-frames';
import { containerKey } from '../graph/containers';
import { eachRow } from '../graph/indexes';
import { ownLabel } from '../graph/own-labels';
import { complete } from '../graph/steps';
import {
  ask,
  askInstant,
  PrometheusError,
  type PrometheusQuery,
  type PrometheusSource,
} from '../prometheus/ask';
import { withRemedy } from '../prometheus/remedy';
import type { Matcher } from '../promql/selector';
import { type ContainerEvent, containerEvents, type Series } from './container-events';
import { type EventAnswer, type EventScope, eventExpressions, nameExpressions } from './event-expressions';
import { eventsFrame, type EventSubject } from './events-frame';
import { eventStep } from './event-step';

/** Most events of an answer, the latest: more marks on a chart say nothing. */
const MOST_EVENTS = 500;

export interface EventsRequest extends Omit<EventScope, 'step'> {
  readonly refId: string;
}

export interface EventMeans {
  readonly prometheus: PrometheusSource;
  readonly scrapeSeconds: number;
}

/** What happened to containers within the request's time range: one frame. */
export function queryEvents(
  asked: EventsRequest,
  request: DataQueryRequest,
  { prometheus, scrapeSeconds }: EventMeans,
): Observable<DataFrame[]> {
  const { refId, kinds, matchers } = asked;
  const [from, to] = [request.range.from.valueOf(), request.range.to.valueOf()];
  const step = eventStep((to - from) / 1000, scrapeSeconds);
  const expressions = eventExpressions({ ...asked, step });
  return askOverTime(prometheus, request, expressions, step).pipe(
    switchMap((answers) => {
      const all = containerEvents(answers, { from, to, kinds });
      const events = all.slice(-MOST_EVENTS);
      const seconds = Math.ceil((to - from) / 1000) + 2 * step;
      return askNames(prometheus, request, { events, matchers, seconds }).pipe(
        map((subjects) => [
          eventsFrame(refId, { events, omitted: all.length - events.length, subjects, step }),
        ]),
      );
    }),
  );
}

function askOverTime(
  prometheus: PrometheusSource,
  request: DataQueryRequest,
  expressions: ReadonlyMap<EventAnswer, string>,
  step: number,
): Observable<Partial<Record<EventAnswer, readonly Series[]>>> {
  const targets = [...expressions].map(([refId, expr]): PrometheusQuery => ({
    refId,
    expr,
    instant: false,
    range: true,
    format: 'time_series',
    interval: `${step}s`,
  }));
  // So many points that the interval alone says the step.
  const stepped = { ...request, interval: `${step}s`, intervalMs: step * 1000, maxDataPoints: 11_000 };
  return ask(prometheus, stepped, targets).pipe(
    map(({ frames, failures }) => {
      const [failure] = failures.values();
      if (failure !== undefined) {
        throw new PrometheusError(
          withRemedy(`${prometheus.name} could not answer about container events: ${failure}`),
        );
      }
      return Object.fromEntries(
        [...expressions.keys()].map((answer) => [answer, (frames.get(answer) ?? []).flatMap(seriesOf)]),
      );
    }),
  );
}

function seriesOf({ fields }: DataFrame): readonly Series[] {
  const time = fields.find(({ type }) => (type as string) === 'time');
  const value = fields.find(({ type }) => (type as string) === 'number');
  return time === undefined || value === undefined
    ? []
    : [
        {
          labels: value.labels ?? {},
          times: time.values as ArrayLike<number>,
          values: value.values as ArrayLike<number | null>,
        },
      ];
}

function askNames(
  prometheus: PrometheusSource,
  request: DataQueryRequest,
  asked: { events: readonly ContainerEvent[]; matchers: readonly Matcher[]; seconds: number },
): Observable<ReadonlyMap<string, EventSubject>> {
  const containers = [...new Set(asked.events.map(({ container }) => container))].sort();
  if (containers.length === 0) {
    return of(new Map());
  }
  const { info, workloads } = nameExpressions(asked.matchers, containers, asked.seconds);
  const expressions = new Map([
    ['info', info],
    ['workloads', workloads],
  ]);
  return askInstant(prometheus, request, expressions).pipe(
    map(({ frames }) => {
      const namespaces = new Map<string, string>();
      const subjects = new Map<string, EventSubject>();
      complete(
        eachRow(vectorOfFrames(frames.get('workloads') ?? []), (read) => {
          namespaces.set(containerKey(read('host'), read('container_id')), ownLabel(read, 'namespace'));
        }),
      );
      complete(
        eachRow(vectorOfFrames(frames.get('info') ?? []), (read) => {
          const key = containerKey(read('host'), read('container_id'));
          subjects.set(key, {
            name: read('name'),
            image: read('image'),
            namespace: namespaces.get(key) ?? '',
          });
        }),
      );
      return subjects;
    }),
  );
}
