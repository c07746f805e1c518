import type { DataFrame, DataQueryRequest, DataQueryResponse } from '@grafana/data';
import { firstValueFrom, type Observable, of, Subject, throwError } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { demoAnswers } from './fixtures/demo';
import { numberColumn, textColumn } from './frames/columns';
import { topologyFromFrames } from './frames/topology-frames';
import type { Topology } from './graph/topology';
import type { Vector } from './graph/vector';
import { type Answers, type PrometheusQuery, type PrometheusSource } from './prometheus/ask';
import { Memo } from './prometheus/memo';
import { queryRange } from './range-query';
import { queryTopology, type TopologyRequest } from './topology-query';
import { VIEWS } from './views/register';

type Request = DataQueryRequest<PrometheusQuery>;

const SPEC: TopologyRequest = {
  view: VIEWS.containers,
  refId: 'A',
  window: '60s',
  options: { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] },
};

/** How Grafana says that the whole request was refused. */
const REFUSAL = JSON.parse('{"data":[],"error":{"message":"bad_data: parse error"}}') as DataQueryResponse;

describe('a topology query', () => {
  it('asks once, for everything, at the end of the time range, under a request id of its own', async () => {
    const prometheus = new FakePrometheus((request) => of(demoResponse(request)));
    const topology = await draw(prometheus);
    expect(topology.nodes.length).toBe(8);
    expect(topology.at).toBe(5000);
    expect(prometheus.requests).toHaveLength(1);
    const [request] = prometheus.requests;
    expect(request?.requestId).not.toBe('panel-1');
    expect(
      request?.targets.every(({ instant, range, format }) => instant && !range && format === 'table'),
    ).toBe(true);
    expect(new Set(request?.targets.map(({ refId }) => refId)).size).toBe(request?.targets.length);
  });

  it('shares the answers with who asks the same at the same moment, and asks anew later', async () => {
    const prometheus = new FakePrometheus((request) => of(demoResponse(request)));
    const memo = new Memo<Answers>(50);
    await Promise.all([draw(prometheus, { memo }), draw(prometheus, { memo })]);
    expect(prometheus.requests).toHaveLength(1);
    await draw(prometheus, { memo, at: 15_000 });
    expect(prometheus.requests).toHaveLength(2);
    expect(new Set(prometheus.requests.map(({ requestId }) => requestId)).size).toBe(2);
  });

  it('draws the rest when one query fails, and says what is missing', async () => {
    const prometheus = new FakePrometheus((request) =>
      of({
        ...demoResponse(request),
        errors: [{ refId: 'containerCpu', message: 'query processing would load too many samples' }],
      }),
    );
    const { nodes, edges, notices } = await draw(prometheus);
    expect(edges.length).toBeGreaterThan(10);
    expect(nodes.find(({ label }) => label === 'toposcope-demo-db1')?.metrics[0]).toMatchObject({
      key: 'cpu',
      value: null,
    });
    expect(notices).toContainEqual({
      severity: 'error',
      message:
        'Prometheus could not answer about toposcope_container_cpu_seconds_total: query processing would load too many samples',
      action:
        'What this family tells is missing here. Choose hosts, a shorter time range or a view of less detail, or raise Prometheus’ --query.max-samples.',
    });
  });

  it('tells what Prometheus warns of, once, and not what it merely remarks', async () => {
    const prometheus = new FakePrometheus((request) => {
      const { data } = demoResponse(request);
      const notices = [
        { severity: 'warning', text: 'store 10.0.0.7 is not available' },
        { severity: 'info', text: 'metric might not be a counter' },
      ];
      return of({
        data: (data as DataFrame[]).map((frame) => ({ ...frame, meta: { notices } }) as DataFrame),
      });
    });
    const { notices } = await draw(prometheus);
    expect(notices.map(({ message }) => message).filter((text) => text.startsWith('Prometheus'))).toEqual([
      'Prometheus answered, but with a warning: store 10.0.0.7 is not available',
    ]);
  });

  it.each<[string, () => Observable<DataQueryResponse>]>([
    ['refuses the request', () => of(REFUSAL)],
    [
      'cannot be reached',
      () => throwError(() => ({ status: 502, data: { message: 'bad_data: parse error' } })),
    ],
    ['fails in every query', () => of({ data: [], errors: [{ message: 'bad_data: parse error' }] })],
    [
      'fails in the query that has always an answer',
      () => of({ data: [], errors: [{ refId: 'toposcope-probe', message: 'bad_data: parse error' }] }),
    ],
  ])('fails with a reason when Prometheus %s', async (_, answer) => {
    await expect(draw(new FakePrometheus(answer))).rejects.toThrow(
      /^Shop Prometheus could not evaluate this: bad_data: parse error$/,
    );
  });

  it('names who did not answer once', async () => {
    const words = 'Shop Prometheus does not answer at http://localhost:9090';
    await expect(draw(new FakePrometheus(() => throwError(() => new Error(words))))).rejects.toThrow(
      new RegExp(`^${words}$`),
    );
  });

  it('fails when what comes back is not an answer, as when a fetch never reached Grafana', async () => {
    const lost = new FakePrometheus(() => of({ data: [] }));
    await expect(draw(lost)).rejects.toThrow(
      'Shop Prometheus did not answer: nothing came back. Is Grafana (or the viewer) still running',
    );
    const series = [{ key: 'cpu', expr: 'up' }];
    const means = { prometheus: lost, scrapeSeconds: 5 };
    const range = queryRange({ queryType: 'range', series }, 'D', requestAt(5000), means);
    await expect(firstValueFrom(range)).rejects.toThrow('nothing came back');
  });

  it('forgets the answers after a moment', async () => {
    const prometheus = new FakePrometheus((request) => of(demoResponse(request)));
    const memo = new Memo<Answers>(1);
    await draw(prometheus, { memo });
    await vi.waitFor(async () => {
      await draw(prometheus, { memo });
      expect(prometheus.requests.length).toBeGreaterThan(1);
    });
  });

  it('does not remember a failure', async () => {
    const memo = new Memo<Answers>(50);
    let fails = true;
    const prometheus = new FakePrometheus((request) =>
      fails ? throwError(() => new Error('connection refused')) : of(demoResponse(request)),
    );
    await expect(draw(prometheus, { memo })).rejects.toThrow('connection refused');
    fails = false;
    expect((await draw(prometheus, { memo })).nodes.length).toBe(8);
  });

  it('says what to do when there is nothing', async () => {
    const empty = new FakePrometheus(() => of({ data: [tableOf('toposcope-probe', undefined)] }));
    const { nodes, notices } = await draw(empty);
    expect(nodes).toEqual([]);
    expect(notices.map(({ message, action }) => `${message} ${action}`)).toEqual([
      expect.stringMatching(/No series named toposcope_… at this time\. Is the exporter running/),
    ]);
  });

  it('cancels the request when nobody waits for it any more', () => {
    const pending = new Subject<DataQueryResponse>();
    const prometheus = new FakePrometheus(() => pending);
    const subscription = queryTopology(SPEC, requestAt(5000), means(prometheus)).subscribe();
    expect(pending.observed).toBe(true);
    subscription.unsubscribe();
    expect(pending.observed).toBe(false);
  });
});

describe('a topology query of another time', () => {
  it.each<[string, Partial<TopologyRequest>, number[]]>([
    ['the moment that it names', { time: { mode: 'at', at: '15m' } }, [9_100_000]],
    ['the end where it names none', { time: { mode: 'at', at: '' } }, [10_000_000]],
    ['both moments that it compares', { compareWith: '1h' }, [10_000_000, 6_400_000]],
    [
      'a moment before the moment that it names',
      { time: { mode: 'at', at: '1699999000000' }, compareWith: '10m' },
      [1_699_999_000_000, 1_699_998_400_000],
    ],
  ])('asks at %s', async (_, changes, moments) => {
    const prometheus = new FakePrometheus((request) => of(demoResponse(request)));
    const topology = await draw(prometheus, { at: 10_000_000, ...changes });
    expect(prometheus.requests.map(({ range }) => range.to.valueOf())).toEqual(moments);
    expect([topology.at, topology.comparedWith]).toEqual([moments[0], moments[1]]);
  });

  it('asks for all that was seen within the time range', async () => {
    const prometheus = new FakePrometheus((request) => of(demoResponse(request)));
    const topology = await draw(prometheus, { at: 10_000_000, time: { mode: 'range' } });
    const expressions = new Map(prometheus.requests[0]?.targets.map(({ refId, expr }) => [refId, expr]));
    expect(expressions.get('containerInfo')).toMatch(
      /\(last_over_time\(toposcope_container_info\[3600s\]\)\)$/,
    );
    expect(expressions.get('edgeSent')).toContain('[3600s]');
    expect(topology.since).toBe(6_400_000);
  });

  it('says what is wrong with a moment', async () => {
    const prometheus = new FakePrometheus((request) => of(demoResponse(request)));
    await expect(draw(prometheus, { compareWith: 'noon' })).rejects.toThrow('“noon” is no moment');
  });
});

describe('PromQL of the user’s own', () => {
  const overlays = [
    { name: 'Orders', expr: 'sum by (host, container_id) (orders)', show: 'fill' as const },
    { name: 'Broken', expr: 'sum by (', show: 'fill' as const },
  ];
  const options = { ...SPEC.options, overlays };

  it('takes nothing from the picture when Prometheus refuses it, and says which it was', async () => {
    const prometheus = new FakePrometheus((request) =>
      request.targets.some(({ expr }) => expr === 'sum by (') ? of(REFUSAL) : of(demoResponse(request)),
    );
    const { nodes, notices } = await draw(prometheus, { options });
    expect(nodes.length).toBe(8);
    expect(notices.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([
      'The overlay “Broken” could not be had: Shop Prometheus could not evaluate this: bad_data: parse error',
    ]);
  });

  it('does not ask for alerts when they are not wanted', async () => {
    const prometheus = new FakePrometheus((request) => of(demoResponse(request)));
    await draw(prometheus);
    await draw(prometheus, { options: { ...SPEC.options, alerts: false } });
    const asksForAlerts = prometheus.requests.map(({ targets }) =>
      targets.some(({ expr }) => expr.startsWith('ALERTS')),
    );
    expect(asksForAlerts).toEqual([true, false]);
  });
});

describe('a range query', () => {
  it('names each frame by its key, and fills in a window that suits the step', async () => {
    const prometheus = new FakePrometheus(({ targets }) =>
      of({ data: targets.map(({ refId }) => ({ refId, length: 1, fields: [numberColumn('Value', [1])] })) }),
    );
    const series = [
      { key: 'cpu', expr: 'sum(rate(a[$__rate_interval]))' },
      { key: 'memory', expr: 'sum(b)' },
    ];
    const frames = await firstValueFrom(
      queryRange({ queryType: 'range', series }, 'D', requestAt(5000), { prometheus, scrapeSeconds: 5 }),
    );
    expect(frames.map(({ name, refId }) => [name, refId])).toEqual([
      ['cpu', 'D'],
      ['memory', 'D'],
    ]);
    expect(prometheus.requests[0]?.targets.map(({ expr, range, instant }) => [expr, range, instant])).toEqual(
      [
        ['sum(rate(a[35s]))', true, false],
        ['sum(b)', true, false],
        ['vector(1)', false, true],
      ],
    );
  });
});

class FakePrometheus implements PrometheusSource {
  readonly name = 'Shop Prometheus';
  readonly requests: Request[] = [];
  readonly #answer: (request: Request) => Observable<DataQueryResponse>;

  constructor(answer: (request: Request) => Observable<DataQueryResponse>) {
    this.#answer = answer;
  }

  query(request: Request): Observable<DataQueryResponse> {
    this.requests.push(request);
    return this.#answer(request);
  }
}

async function draw(
  prometheus: PrometheusSource,
  {
    memo = new Memo<Answers>(50),
    at = 5000,
    ...changes
  }: Partial<TopologyRequest> & { memo?: Memo<Answers>; at?: number } = {},
): Promise<Topology> {
  const asked = { ...SPEC, ...changes };
  const frames = await firstValueFrom(queryTopology(asked, requestAt(at), means(prometheus, memo)));
  const topology = topologyFromFrames(frames);
  if (topology === undefined) {
    throw new Error('The frames carry no topology.');
  }
  return topology;
}

function means(prometheus: PrometheusSource, memo = new Memo<Answers>(50)) {
  const slicing = { now: () => performance.now(), pause: () => Promise.resolve(), budget: 10 };
  const requestAt = (request: DataQueryRequest, at: number) =>
    ({ ...request, range: { ...request.range, to: { valueOf: () => at } } }) as unknown as DataQueryRequest;
  return { prometheus, memo, slicing, requestAt };
}

function requestAt(at: number): DataQueryRequest {
  return {
    requestId: 'panel-1',
    intervalMs: 30_000,
    targets: [],
    scopedVars: {},
    range: { from: { valueOf: () => at - 3_600_000 }, to: { valueOf: () => at } },
  } as unknown as DataQueryRequest;
}

function demoResponse({ targets }: Request): DataQueryResponse {
  const answers = demoAnswers(VIEWS.containers);
  return { data: targets.map(({ refId }) => tableOf(refId, answers[refId as keyof typeof answers])) };
}

/** The vector as Grafana's Prometheus data source gives it: a table of several queries at once. */
function tableOf(refId: string, vector: Vector | undefined): DataFrame {
  return {
    refId,
    length: vector?.size ?? 0,
    fields: [
      ...[...(vector?.labels ?? [])].map(([name, values]) => textColumn(name, values as string[])),
      numberColumn(
        `Value #${refId}`,
        Array.from(vector?.values ?? [], (value) => value ?? null),
      ),
    ],
  };
}
