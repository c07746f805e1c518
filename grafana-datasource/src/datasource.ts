import {
  CoreApp,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  dateTime,
  getDefaultTimeRange,
  LoadingState,
  type MetricFindValue,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import {
  defer,
  forkJoin,
  from,
  lastValueFrom,
  map,
  merge,
  type Observable,
  of,
  switchMap,
  throwError,
} from 'rxjs';
import { vectorOfFrames } from './frames/vector-frames';
import { type EventsQuery, asEventsQuery } from './events/events-query';
import { type EventsRequest, queryEvents } from './events/query-events';
import { eventAnnotations } from './events/annotations';
import { SLICE_MS, type Slicing } from './graph/steps';
import type { CompanionClient } from './companion/companion-client';
import { testCompanion } from './companion/companion-health';
import { openCompanion } from './companion/open-companion';
import { asLogsQuery, type LogsQuery } from './logs/logs-query';
import { queryLogs } from './logs/query-logs';
import { type Diagnosis, diagnose, healthExpressions } from './health';
import { type Answers, askInstant, type PrometheusSource } from './prometheus/ask';
import { prometheusDataSource, prometheusReference, scrapeIntervalOf } from './prometheus/data-sources';
import { messageOf } from './prometheus/error-message';
import { Memo } from './prometheus/memo';
import { choiceOf, filledIn, interpolate, valuesOf } from './interpolation';
import { DEFAULT_CLUSTER_LABEL, isLabelName } from './promql/kube-queries';
import { durationSeconds, rateWindow } from './promql/rate-window';
import { equals, type Matcher } from './promql/selector';
import type { TopologySpec } from './query';
import { queryRange } from './range-query';
import { asTopologyQuery, externalServicesOf, type TopologyQuery, type TopologySettings } from './settings';
import { pauseForEvents } from './sliced';
import { queryTopology, type TopologyRequest } from './topology-query';
import { type VariableKind, variableExpression, variableValues } from './variables/variable-kinds';
import { TopologyVariables } from './variables/topology-variables';
import { isViewId, VIEWS } from './views/register';

const DEFAULT_SCRAPE_SECONDS = 15;
const EXPLORE: string = CoreApp.Explore;

/** Turns Prometheus' series of the exporter into topologies. Has no backend and no URL: another data source is asked. */
export class TopologyDataSource extends DataSourceApi<TopologyQuery, TopologySettings> {
  override readonly variables = new TopologyVariables(this);
  override readonly annotations = eventAnnotations;
  readonly #settings: TopologySettings;
  /** Undefined where there is none, and so no logs. */
  readonly companion: CompanionClient | undefined;
  readonly #memo = new Memo<Answers>(2000);
  readonly #slicing: Slicing = { now: () => performance.now(), pause: pauseForEvents, budget: SLICE_MS };

  constructor(instanceSettings: DataSourceInstanceSettings<TopologySettings>) {
    super(instanceSettings);
    this.#settings = instanceSettings.jsonData;
    this.companion = openCompanion(instanceSettings);
  }

  override query(request: DataQueryRequest<TopologyQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.filter(({ hide }) => hide !== true);
    if (targets.length === 0) {
      return of({ data: [], state: LoadingState.Done });
    }
    const logs = targets.flatMap((target) => asLogsQuery(target) ?? []);
    const others = targets.filter((target) => asLogsQuery(target) === undefined);
    return merge(
      ...(logs.length === 0 ? [] : [this.#queryLogs(logs, request)]),
      ...(others.length === 0 ? [] : [this.#queryPrometheus(others, request)]),
    );
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    const [topology, companion] = await Promise.all([this.#testPrometheus(), testCompanion(this.companion)]);
    const failed = topology.status === 'error' || companion.status === 'error';
    return {
      status: failed ? 'error' : 'success',
      message: [topology.message, companion.message].filter((text) => text !== '').join(' '),
    };
  }

  async #testPrometheus(): Promise<Diagnosis> {
    try {
      const expressions = healthExpressions(this.#scope(), this.#clusterLabel());
      const { frames, failures } = await lastValueFrom(this.#askNow(expressions));
      const [failure] = failures.values();
      if (failure !== undefined) {
        return { status: 'error', message: `Prometheus could not answer: ${failure}` };
      }
      const vectors = [...expressions.keys()].map((id) => [id, vectorOfFrames(frames.get(id) ?? [])]);
      return diagnose(Object.fromEntries(vectors) as Parameters<typeof diagnose>[0]);
    } catch (error) {
      return { status: 'error', message: messageOf(error) };
    }
  }

  override getDefaultQuery(): Partial<TopologyQuery> {
    return { queryType: 'topology', view: 'containers' };
  }

  override filterQuery(query: TopologyQuery): boolean {
    const logs = asLogsQuery(query);
    if (logs !== undefined) {
      return logs.host !== '' && logs.container !== '';
    }
    return query.queryType === 'range' || asEventsQuery(query) !== undefined || query.view !== '';
  }

  override getQueryDisplayText(query: TopologyQuery): string {
    const logs = asLogsQuery(query);
    if (logs !== undefined) {
      return `Log of ${logs.container} on ${logs.host}`;
    }
    if (asEventsQuery(query) !== undefined) {
      return 'Container events';
    }
    return query.queryType === 'range' ? `${query.series.length} series` : `Topology of ${query.view}`;
  }

  override interpolateVariablesInQueries(
    queries: TopologyQuery[],
    scopedVars: ScopedVars | Readonly<ScopedVars>,
  ): TopologyQuery[] {
    return queries.map((query) => {
      const events = asEventsQuery(query);
      if (events !== undefined) {
        return asTopologyQuery({ ...events, ...choiceOf(events, scopedVars) });
      }
      return query.queryType === 'range' || asLogsQuery(query) !== undefined
        ? query
        : {
            ...query,
            ...filledIn(query, scopedVars),
            view: interpolate(query.view, scopedVars)[0] ?? '',
            hosts: valuesOf(query.hosts, scopedVars),
            namespaces: valuesOf(query.namespaces, scopedVars),
          };
    });
  }

  /** What a dashboard variable or a picker offers, sorted: all that there was within the time range; absent: that is now. */
  async variableValues(
    kind: VariableKind,
    asked?: Pick<DataQueryRequest, 'range'>,
  ): Promise<MetricFindValue[]> {
    const request = { ...requestNow(), ...asked };
    const seconds = asked === undefined ? 0 : (asked.range.to.valueOf() - asked.range.from.valueOf()) / 1000;
    const expressions = new Map([['values', variableExpression(kind, this.#scope(), seconds)]]);
    const { frames } = await lastValueFrom(this.#askNow(expressions, request));
    const values = variableValues(kind, vectorOfFrames(frames.get('values') ?? []));
    return values.map((text) => ({ text, value: text }));
  }

  /** Each by itself, so that a live one is told as it grows. */
  #queryLogs(
    queries: readonly LogsQuery[],
    request: DataQueryRequest<TopologyQuery>,
  ): Observable<DataQueryResponse> {
    const { companion } = this;
    return companion === undefined
      ? throwError(
          () => new Error('Logs need a companion: name its address in the settings of this data source.'),
        )
      : merge(...queries.map((query) => queryLogs(query, request, companion)));
  }

  #queryPrometheus(
    targets: readonly TopologyQuery[],
    request: DataQueryRequest<TopologyQuery>,
  ): Observable<DataQueryResponse> {
    return this.#prometheus().pipe(
      switchMap((prometheus) =>
        forkJoin(targets.map((target) => this.#queryOne(target, request, prometheus))),
      ),
      map((frames) => ({ key: 'prometheus', data: frames.flat(), state: LoadingState.Done })),
    );
  }

  #queryOne(
    target: TopologyQuery,
    request: DataQueryRequest<TopologyQuery>,
    prometheus: PrometheusSource,
  ): Observable<DataFrame[]> {
    return defer(() => {
      const means = { prometheus, scrapeSeconds: this.#scrapeSeconds() };
      const events = asEventsQuery(target);
      if (events !== undefined) {
        return queryEvents(this.#resolveEvents(events, request), request, means);
      }
      return target.queryType === 'range'
        ? queryRange(target, target.refId, request, means)
        : queryTopology(this.#resolve(target, request), request, {
            prometheus,
            memo: this.#memo,
            slicing: this.#slicing,
            requestAt,
            source: prometheusReference(this.#settings.prometheusUid),
          });
    });
  }

  #resolveEvents(query: EventsQuery, { scopedVars }: DataQueryRequest): EventsRequest {
    return {
      refId: query.refId,
      matchers: this.#scope(),
      kinds: query.kinds ?? [],
      ...choiceOf(query, scopedVars),
    };
  }

  /** Fills in variables and defaults. A query of a dashboard that was made by hand may lack anything. */
  #resolve(query: TopologySpec & { refId: string }, request: DataQueryRequest): TopologyRequest {
    const { scopedVars } = request;
    const own = filledIn(query, scopedVars);
    const [view = 'containers'] = interpolate(query.view, scopedVars);
    if (!isViewId(view)) {
      throw new Error(`There is no view “${view}”. The views are ${Object.keys(VIEWS).join(', ')}.`);
    }
    const text = (value: string | undefined) => interpolate(value, scopedVars).join(',');
    return {
      refId: query.refId,
      view: VIEWS[view],
      forms: query.format === 'table' ? ['table'] : request.app === EXPLORE ? ['graph', 'table'] : ['graph'],
      window: rateWindow(this.#scrapeSeconds()),
      time: query.time === undefined ? undefined : { ...query.time, at: text(query.time.at) },
      compareWith: text(query.compareWith),
      options: {
        ...query,
        hosts: valuesOf(query.hosts, scopedVars),
        namespaces: valuesOf(query.namespaces, scopedVars),
        stopped: query.stopped ?? false,
        unconnected: query.unconnected ?? true,
        outside: query.outside ?? true,
        ...own,
        groupBy: own.groupBy && { ...own.groupBy, label: text(own.groupBy.label) },
        systemContainers: this.#settings.systemContainers ?? [],
        externalServices: externalServicesOf(this.#settings),
        clusterLabel: this.#clusterLabel(),
        scope: this.#scope(),
      },
    };
  }

  #prometheus(): Observable<PrometheusSource> {
    return defer(() => from(prometheusDataSource(this.#settings.prometheusUid)));
  }

  #askNow(expressions: ReadonlyMap<string, string>, request?: DataQueryRequest): Observable<Answers> {
    return this.#prometheus().pipe(
      switchMap((prometheus) => askInstant(prometheus, request ?? requestNow(), expressions)),
    );
  }

  #scope(): readonly Matcher[] {
    return (this.#settings.conditions ?? [])
      .filter(({ label }) => label !== '')
      .map(({ label, value }) => equals(label, value));
  }

  #clusterLabel(): string {
    const { clusterLabel = '' } = this.#settings;
    return isLabelName(clusterLabel) ? clusterLabel : DEFAULT_CLUSTER_LABEL;
  }

  #scrapeSeconds(): number {
    const { scrapeInterval, prometheusUid } = this.#settings;
    return (
      durationSeconds(scrapeInterval ?? '') ??
      durationSeconds(scrapeIntervalOf(prometheusUid) ?? '') ??
      DEFAULT_SCRAPE_SECONDS
    );
  }
}

function requestAt(request: DataQueryRequest, at: number): DataQueryRequest {
  const [from, to] = [
    request.range.from.valueOf() < at ? request.range.from : dateTime(at - 60_000),
    dateTime(at),
  ];
  return { ...request, range: { from, to, raw: { from, to } } };
}

function requestNow(): DataQueryRequest {
  const range = getDefaultTimeRange();
  return {
    requestId: 'toposcope',
    app: 'toposcope',
    interval: '15s',
    intervalMs: 15_000,
    range,
    scopedVars: {},
    startTime: Date.now(),
    targets: [],
    timezone: 'browser',
  };
}
