import type { DataFrame, DataQueryRequest } from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventKind } from '../../grafana-datasource/src/events/events-query';
import { queryEvents } from '../../grafana-datasource/src/events/query-events';
import { vectorOfFrames } from '../../grafana-datasource/src/frames/vector-frames';
import { topologyFromFrames } from '../../grafana-datasource/src/frames/topology-frames';
import type { Topology } from '../../grafana-datasource/src/graph/topology';
import { Memo } from '../../grafana-datasource/src/prometheus/memo';
import { askInstant, type PrometheusSource } from '../../grafana-datasource/src/prometheus/ask';
import { queryTopology, type TopologyRequest } from '../../grafana-datasource/src/topology-query';
import {
  type VariableKind,
  variableExpression,
  variableValues,
} from '../../grafana-datasource/src/variables/variable-kinds';
import { VIEWS } from '../../grafana-datasource/src/views/register';
import { type PrometheusServer, startPrometheus } from '../engines/prometheus.js';
import { prometheusSource } from '../engines/prometheus-source.js';
import { CRASHED, EARLIER, HOUR, LATER, pastSamples } from './topology-past.js';

/**
 * A real Prometheus holds an hour in which containers came, went, changed, crashed and ran out of memory. What was
 * written into it is the truth that pictures, comparisons, overlays, alerts and events are held against.
 */
describe('an hour of a real Prometheus', () => {
  // Blocks begin at even hours; nothing of it reaches into the present.
  const start = Math.floor(Date.now() / 1000) - 3 * HOUR;
  let server: PrometheusServer;
  let prometheus: PrometheusSource;

  beforeAll(async () => {
    server = await startPrometheus([], 'toposcope', undefined, {
      samples: pastSamples(start),
      ruleGroups: [{ name: 'test', rules: [UNHEALTHY, NOBODYS] }],
    });
    prometheus = prometheusSource(server.url);
  });
  afterAll(async () => {
    await server.stop();
  });

  it('compares two moments: what came, what went and what is different, and nothing else', async () => {
    const { nodes, edges, comparedWith } = await draw({
      at: start + LATER,
      compareWith: `${LATER - EARLIER}s`,
    });
    expect(comparedWith).toBe((start + EARLIER) * 1000);
    expect(changesOf(nodes, ({ label }) => label)).toEqual({
      cache: ['removed'],
      db: ['changed', 'Condition: ok → critical', 'Health: healthy → unhealthy'],
      search: ['added'],
    });
    const names = new Map(nodes.map(({ id, label }) => [id, label]));
    const nameOf = ({ source, target }: { source: string; target: string }) =>
      `${names.get(source) ?? ''} > ${names.get(target) ?? ''}`;
    expect(changesOf(edges, nameOf)).toEqual({
      'web > cache': ['removed'],
      'web > db': ['changed', 'Ports: tcp/5432 → tcp/5432, tcp/5433'],
      'web > search': ['added'],
    });
    expect(edges.map(nameOf).sort()).toEqual(['web > cache', 'web > db', 'web > queue', 'web > search']);
  });

  it('tells the bytes of an edge at each moment', async () => {
    const bytes = async (at: number) => {
      const { edges } = await draw({ at: start + at });
      return edges.find(({ target }) => target === 'container:web-1/bbbbbbbbbbbb')?.traffic.requestBytes;
    };
    expect([await bytes(EARLIER), await bytes(LATER)]).toEqual([100, 150]);
  });

  it('shows all that was seen within the hour, also what came and went', async () => {
    const { nodes, since } = await draw({ time: { mode: 'range' }, at: start + HOUR });
    expect(since).toBe(start * 1000);
    expect(nodes.map(({ label }) => label).sort()).toEqual(['cache', 'db', 'job', 'queue', 'search', 'web']);
  });

  it('joins an overlay with the containers that its series name, and a width with the edge', async () => {
    const { nodes, edges, overlays, notices } = await draw({
      at: start + EARLIER,
      options: {
        ...OPTIONS,
        overlays: [
          { name: 'Orders', expr: 'sum by (container) (rate(orders_total[1m]))', show: 'fill' },
          { name: 'Twice', expr: '2 * sum by (container) (rate(orders_total[1m]))', show: 'badge' },
          {
            name: 'Calls',
            expr: 'sum by (client, server) (rate(traces_service_graph_request_total[1m]))',
            show: 'width',
          },
          { name: 'Broken', expr: 'sum(', show: 'badge' },
        ],
      },
    });
    expect(valuesOf(nodes)).toEqual({ web: [3, 6], db: [5, 10] });
    expect(overlays?.map(({ label, show, max }) => [label, show, max])).toEqual([
      ['Orders', 'fill', 5],
      ['Twice', 'badge', 10],
      ['Calls', 'width', 4],
      ['Broken', 'badge', 1],
    ]);
    expect(edges.flatMap(({ id, overlays: widths = [] }) => widths.map(({ value }) => [id, value]))).toEqual([
      ['container:web-1/aaaaaaaaaaaa>container:web-1/bbbbbbbbbbbb', 4],
    ]);
    expect(notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The overlay “Broken” could not be had: .*parse error/),
    ]);
  });

  it('is drawn by Grafana’s own node graph: its fields by their names and types, no end without its node', async () => {
    const [nodes, edges] = await framesOf({ at: start + EARLIER });
    expect(Object.fromEntries(typesOf(nodes))).toMatchObject({
      id: 'string',
      title: 'string',
      subtitle: 'string',
      mainstat: 'number',
      secondarystat: 'number',
      arc__ok: 'number',
      arc__critical: 'number',
      icon: 'string',
      detail__image: 'string',
    });
    expect(Object.fromEntries(typesOf(edges))).toMatchObject({
      id: 'string',
      source: 'string',
      target: 'string',
      mainstat: 'number',
      thickness: 'number',
      color: 'string',
      detail__ports: 'string',
    });
    const rows = rowsOf(nodes);
    expect(rows.map(({ title, subtitle, arc__ok }) => [title, subtitle, arc__ok])).toEqual([
      ['web', 'web:1', 1],
      ['db', 'db:1', 1],
      ['cache', 'cache:1', 1],
      ['queue', 'queue:1', 1],
      ['job', 'job:1', 1],
    ]);
    const ids = new Set(rows.map(({ id }) => id));
    const lines = rowsOf(edges);
    expect(lines.filter(({ source, target }) => !ids.has(source) || !ids.has(target))).toEqual([]);
    expect(lines.map(({ target, mainstat, detail__ports }) => [target, mainstat, detail__ports])).toEqual([
      ['container:web-1/bbbbbbbbbbbb', 200, 'tcp/5432'],
      ['container:web-1/cccccccccccc', 20, 'tcp/11211'],
      ['container:web-1/dddddddddddd', 40, 'tcp/5672'],
    ]);
  });

  it('is a table of nodes and one of connections, whose hidden PromQL gives their numbers', async () => {
    const [nodes, edges] = await framesOf({ at: start + EARLIER, forms: ['table'] });
    expect(rowsOf(nodes).map(({ Name, State, Image }) => [Name, State, Image])).toEqual(
      ['cache', 'db', 'job', 'queue', 'web'].map((name) => [name, 'running', `${name}:1`]),
    );
    const rows = rowsOf(edges);
    expect(rows.map(({ Client, Server, Requests }) => [Client, Server, Requests])).toEqual([
      ['web', 'db', 100],
      ['web', 'queue', 20],
      ['web', 'cache', 10],
    ]);
    const expr = String(rows[0]?.expr).replaceAll('$__rate_interval', '60s');
    expect(await valueAt(expr, start + EARLIER)).toBe('200');
  });

  it.each<[VariableKind, string[]]>([
    ['host', ['web-1']],
    ['container', ['cache', 'db', 'job', 'queue', 'search', 'web']],
    ['image', ['cache:1', 'db:1', 'job:1', 'queue:1', 'search:1', 'web:1']],
    ['namespace', ['blog', 'shop']],
    ['workload', ['cache', 'db', 'job', 'queue', 'search', 'web']],
  ])('lists as a template variable every %s of the hour', async (kind, values) => {
    const expressions = new Map([['values', variableExpression(kind, [], HOUR)]]);
    const request = requestOf(start, start + HOUR);
    const { frames, failures } = await firstValueFrom(askInstant(prometheus, request, expressions));
    expect([...failures]).toEqual([]);
    expect(variableValues(kind, vectorOfFrames(frames.get('values') ?? []))).toEqual(values);
  });

  it('tells in the tables what overlays say', async () => {
    const expr = 'sum by (container) (rate(orders_total[1m]))';
    const calls = 'sum by (client, server) (rate(traces_service_graph_request_total[1m]))';
    const [nodes, edges] = await framesOf({
      at: start + EARLIER,
      forms: ['table'],
      options: {
        ...OPTIONS,
        overlays: [
          { name: 'Orders', expr, show: 'badge' },
          { name: 'Calls', expr: calls, show: 'width' },
        ],
      },
    });
    expect(rowsOf(nodes).map(({ Name, Orders }) => [Name, Orders])).toEqual([
      ['cache', null],
      ['db', 5],
      ['job', null],
      ['queue', null],
      ['web', 3],
    ]);
    expect(rowsOf(edges).map(({ Server, Calls }) => [Server, Calls])).toEqual([
      ['db', 4],
      ['queue', null],
      ['cache', null],
    ]);
  });

  it('draws a topology of its own from a service graph’s series', async () => {
    const expr = 'sum by (client, server) (rate(traces_service_graph_request_total[1m]))';
    const failing = 'sum by (server) (rate(traces_service_graph_request_failed_total[1m]))';
    const { nodes, edges } = await draw({
      view: VIEWS.custom,
      at: start + EARLIER,
      options: {
        ...OPTIONS,
        custom: {
          edges: [{ expr, name: 'Requests', unit: 'reqps' }],
          nodes: [{ expr: failing, label: 'server', name: 'Failed', unit: 'reqps' }],
        },
      },
    });
    expect(edges.map(({ id, value }) => [id, value])).toEqual([
      ['custom:user>custom:web', { label: 'Requests', unit: 'reqps', value: 10 }],
      ['custom:web>custom:db', { label: 'Requests', unit: 'reqps', value: 4 }],
    ]);
    expect(nodes.map(({ label, metrics: [metric] }) => [label, metric?.label, metric?.value])).toEqual([
      ['db', 'Failed', 1],
      ['user', undefined, undefined],
      ['web', undefined, undefined],
    ]);
    expect(await valueAt(edges[1]?.expr ?? '', start + EARLIER)).toBe('4');
  });

  it('puts a firing alert on the container that it names, and keeps apart what names nobody', async () => {
    await expect
      .poll(async () => (await server.query('ALERTS{alertstate="firing"}')).length, { timeout: 30_000 })
      .toBe(2);
    const now = Date.now() / 1000;
    const { nodes, otherAlerts } = await draw({ at: now, from: start, time: { mode: 'range' } });
    expect(nodes.flatMap(({ label, alerts = [] }) => alerts.map((alert) => [label, alert]))).toEqual([
      [
        'db',
        {
          name: 'Unhealthy',
          severity: 'critical',
          labels: { container_id: 'bbbbbbbbbbbb', health: 'unhealthy', host: 'web-1' },
        },
      ],
    ]);
    expect(otherAlerts?.map(({ name, severity }) => [name, severity])).toEqual([['Nobodys', 'warning']]);
  });

  it('tells what happened to containers, once each, at its moment, as annotations and as lines of a log', async () => {
    const frame = await eventsFrameOf([]);
    const events = eventsIn(frame);
    expect(frame?.meta?.preferredVisualisationType).toBe('logs');
    // Explore's line is the first text, an annotation's parts go by their names.
    expect(typesOf(frame).slice(0, 5)).toEqual([
      ['time', 'time'],
      ['text', 'string'],
      ['title', 'string'],
      ['tags', 'string'],
      ['level', 'string'],
    ]);
    const at = (seconds: number) => start + seconds;
    expect(events.map(({ time, title, tags }) => [Math.round(time / 1000), title, tags])).toEqual([
      [at(600), 'Started: job', 'start,web-1,job,shop'],
      [at(LATER - 600), 'Started: search', 'start,web-1,search,shop'],
      [nearly(at(LATER - 600)), 'Stopped: cache', 'stop,web-1,cache,shop'],
      [nearly(at(CRASHED)), 'Stopped: job', 'stop,web-1,job,shop'],
      [at(CRASHED + 100), 'Restarted: job', 'restart,web-1,job,shop'],
      [nearly(at(3000)), 'Out of memory: queue', 'oom,web-1,queue,blog'],
    ]);
    expect(events.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^job on web-1 stopped with exit code 137 \(killed.*at most 30 s before\.$/),
    );
    expect(events.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^queue on web-1 ran out of memory: the kernel killed 2 processes of it/),
    );
  });

  it.each<[string, EventKind[], object, string[]]>([
    ['only some kinds', ['oom', 'restart'], {}, ['Restarted: job', 'Out of memory: queue']],
    ['only a namespace', [], { namespaces: ['blog'] }, ['Out of memory: queue']],
    ['only containers of a name', ['start'], { containers: ['search', 'web'] }, ['Started: search']],
    ['only a host', [], { hosts: ['another'] }, []],
  ])('tells of %s when asked to', async (_, kinds, choice, titles) => {
    expect(eventsIn(await eventsFrameOf(kinds, choice)).map(({ title }) => title)).toEqual(titles);
  });

  type Asked = Partial<TopologyRequest> & { readonly at: number; readonly from?: number };

  async function framesOf({ at, from = at - HOUR, ...changes }: Asked): Promise<DataFrame[]> {
    const asked = { view: VIEWS.containers, refId: 'A', window: '60s', options: OPTIONS, ...changes };
    return framesWith(prometheus, asked, requestOf(from, at));
  }

  async function draw(asked: Asked): Promise<Topology> {
    return topologyIn(await framesOf(asked));
  }

  async function valueAt(query: string, time: number): Promise<string | undefined> {
    const body = new URLSearchParams({ query, time: String(time) });
    const response = await fetch(`${server.url}/api/v1/query`, { method: 'POST', body });
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result[0]?.value[1];
  }

  async function eventsFrameOf(
    kinds: readonly EventKind[],
    choice: object = {},
  ): Promise<DataFrame | undefined> {
    const asked = { ...EVENTS, kinds, ...choice };
    const request = requestOf(start + 120, start + HOUR);
    const [frame] = await firstValueFrom(queryEvents(asked, request, { prometheus, scrapeSeconds: 15 }));
    return frame;
  }
});

describe('a real Prometheus that may load few samples', () => {
  it('is asked, and the picture says what it could not tell and what to do', async () => {
    const start = Math.floor(Date.now() / 1000) - 3 * HOUR;
    const flags = ['--query.max-samples=4'];
    const server = await startPrometheus([], 'toposcope', undefined, { samples: pastSamples(start), flags });
    try {
      const asked = { view: VIEWS.hosts, refId: 'A', window: '60s', options: OPTIONS };
      const request = requestOf(start, start + EARLIER);
      const { nodes, notices } = topologyIn(await framesWith(prometheusSource(server.url), asked, request));
      expect(nodes.map(({ label }) => label)).toEqual(['web-1']);
      expect(notices.map(({ message, action }) => `${message} | ${action}`)).toContainEqual(
        expect.stringMatching(
          /could not answer about toposcope_container_info: .*too many samples.*\| .*missing here\. Choose hosts, .*--query\.max-samples\.$/,
        ),
      );
      const events = queryEvents(EVENTS, request, {
        prometheus: prometheusSource(server.url),
        scrapeSeconds: 15,
      });
      await expect(firstValueFrom(events)).rejects.toThrow(/too many samples.*--query\.max-samples\.$/);
    } finally {
      await server.stop();
    }
  });
});

function framesWith(
  prometheus: PrometheusSource,
  asked: TopologyRequest,
  request: DataQueryRequest,
): Promise<DataFrame[]> {
  return firstValueFrom(queryTopology(asked, request, { prometheus, ...MEANS }));
}

function topologyIn(frames: readonly DataFrame[]): Topology {
  return topologyFromFrames(frames) ?? expect.fail('The frames carry no topology.');
}

function typesOf(frame: DataFrame | undefined): [string, string][] {
  return (frame?.fields ?? []).map(({ name, type }) => [name, type]);
}

const EVENTS = { refId: 'A', matchers: [], hosts: [], namespaces: [], containers: [], kinds: [] };
const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
const UNHEALTHY = {
  alert: 'Unhealthy',
  expr: 'last_over_time(toposcope_container_health{health="unhealthy"}[4h]) == 1',
  labels: { severity: 'page' },
};
const NOBODYS = { alert: 'Nobodys', expr: 'vector(1)' };
const MEANS = {
  memo: new Memo<never>(0),
  slicing: { now: () => performance.now(), pause: () => Promise.resolve(), budget: 10 },
  requestAt: (request: DataQueryRequest, at: number) =>
    requestOf(request.range.from.valueOf() / 1000, at / 1000),
};

function requestOf(from: number, to: number): DataQueryRequest {
  return {
    requestId: 'test',
    intervalMs: 15_000,
    maxDataPoints: 100,
    targets: [],
    scopedVars: {},
    range: { from: { valueOf: () => from * 1000 }, to: { valueOf: () => to * 1000 } },
  } as unknown as DataQueryRequest;
}

/** A moment in seconds that is seen at the next scrape or at the next step after it. */
function nearly(moment: number): unknown {
  return {
    asymmetricMatch: (seconds: unknown) =>
      typeof seconds === 'number' && seconds >= moment && seconds <= moment + 45,
    toString: () => `${moment} to ${moment + 45}`,
  };
}

/** By name: the kind of change and each difference. */
function changesOf<Item extends Topology['nodes'][number] | Topology['edges'][number]>(
  items: readonly Item[],
  name: (item: Item) => string,
): Record<string, string[]> {
  return Object.fromEntries(
    items.flatMap((item) =>
      item.change === undefined
        ? []
        : [
            [
              name(item),
              [
                item.change.kind,
                ...item.change.differences.map(
                  ({ label, before, after }) => `${label}: ${before} → ${after}`,
                ),
              ],
            ],
          ],
    ),
  );
}

/** What the overlays say of each node that they speak of. */
function valuesOf(nodes: Topology['nodes']): Record<string, number[]> {
  return Object.fromEntries(
    nodes.flatMap(({ label, overlays = [] }) =>
      overlays.length === 0 ? [] : [[label, overlays.map(({ value }) => value)]],
    ),
  );
}

function eventsIn(
  frame: DataFrame | undefined,
): { time: number; title: string; text: string; tags: string }[] {
  return rowsOf(frame) as { time: number; title: string; text: string; tags: string }[];
}

function rowsOf(frame: DataFrame | undefined): Record<string, unknown>[] {
  return Array.from({ length: frame?.length ?? 0 }, (_, row) =>
    Object.fromEntries((frame?.fields ?? []).map(({ name, values }) => [name, values[row] as unknown])),
  );
}
