import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../../grafana-datasource/src/fixtures/cluster';
import { type Row, vectorOfRows } from '../../grafana-datasource/src/fixtures/vector-of-rows';
import { complete } from '../../grafana-datasource/src/graph/steps';
import { type Topology, VIEW_IDS, type ViewId } from '../../grafana-datasource/src/graph/topology';
import { QUERIES, QUERY_IDS, type QueryId } from '../../grafana-datasource/src/promql/queries';
import { equals, selected } from '../../grafana-datasource/src/promql/selector';
import { buildTopology, queriesOf } from '../../grafana-datasource/src/views/build';
import { alertsExpression } from '../../grafana-datasource/src/views/own-queries';
import { VIEWS } from '../../grafana-datasource/src/views/register';
import { type PrometheusServer, startPrometheus } from '../engines/prometheus.js';

const WINDOW = '6s';
const CLUSTER = new Cluster({ hosts: 3, containersAHost: 5, edgesAContainer: 3 });

/**
 * A real Prometheus evaluates every query and every expression, over series that a made-up cluster of known flows
 * publishes. What Prometheus makes of them is the truth that the pictures are held against.
 */
describe('the queries, asked of a real Prometheus', () => {
  let exporters: Server;
  let prometheus: PrometheusServer;
  let at: number;

  beforeAll(async () => {
    const start = Date.now();
    exporters = createServer((_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(exposition((Date.now() - start) / 1000));
    });
    await new Promise<void>((resolve) => exporters.listen(0, '127.0.0.1', resolve));
    prometheus = await startPrometheus([`127.0.0.1:${(exporters.address() as AddressInfo).port}`]);
    await sleep(9000);
    at = Date.now() / 1000;
  });

  afterAll(async () => {
    await prometheus.stop();
    exporters.close();
  });

  it.each(VIEW_IDS)('the %s view is that of the same series added up without Prometheus', async (view) => {
    const drawn = await draw(view);
    const expected = build(view, CLUSTER.answers(VIEWS[view]), []);
    // A second of a busy machine is not one of a scrape: a counter that was scraped with the others says how long it was.
    const second = (await number(`rate(clock_seconds_total[${WINDOW}])`)) ?? NaN;
    expect(drawn.nodes.map(({ id }) => id)).toEqual(expected.nodes.map(({ id }) => id));
    expect(drawn.edges.map(({ id }) => id)).toEqual(expected.edges.map(({ id }) => id));
    for (const [index, { traffic, id }] of drawn.edges.entries()) {
      const { requestBytes, responseBytes, open } = expected.edges[index]?.traffic ?? traffic;
      expect(traffic.open, id).toBe(open);
      expect(traffic.requestBytes, id).toBeNearOrNull(requestBytes && requestBytes * second);
      expect(traffic.responseBytes, id).toBeNearOrNull(responseBytes && responseBytes * second);
    }
  });

  it.each(VIEW_IDS)('each expression of the %s view gives what the picture shows', async (view) => {
    const { nodes, edges } = await draw(view);
    for (const { label, metrics } of nodes.slice(0, 12)) {
      for (const { key, value, expr } of metrics) {
        expect(await number(expr), `${label}: ${key}: ${expr}`).toBeNearOrNull(value);
      }
    }
    // That a container is in a network has no series of its own.
    for (const { id, expr, traffic } of edges.filter(({ kind }) => kind === undefined).slice(0, 20)) {
      const bytes = (traffic.requestBytes ?? 0) + (traffic.responseBytes ?? 0);
      expect(await number(expr), `${id}: ${expr}`).toBeNearOrNull(bytes);
    }
  });

  it.each(VIEW_IDS)('the %s view of a period shows all that is there at its end', async (view) => {
    const [now, within] = [await draw(view), await draw(view, [], '8s')];
    const ids = new Set(within.nodes.map(({ id }) => id));
    expect(now.nodes.filter(({ id }) => !ids.has(id))).toEqual([]);
    expect(within.edges.length).toBeGreaterThanOrEqual(now.edges.length);
  });

  it('narrows PromQL of the user’s own to one node, and asks for alerts that there are none of', async () => {
    const host = CLUSTER.rows().hostInfo?.[0]?.labels.host ?? '';
    const whole = await query('toposcope_host_info', at);
    const narrowed = await query(selected('toposcope_host_info', 'host', host), at);
    expect([whole.length, narrowed.map(({ labels }) => labels.host)]).toEqual([3, [host]]);
    expect(await query(selected('vector(1)', 'host', 'a "quoted" \\ name'), at)).toEqual([]);
    expect(await query(alertsExpression([equals('job', 'toposcope')]), at)).toEqual([]);
  });

  it('keeps to the labels that the data source is told to', async () => {
    const { nodes } = await draw('containers', [equals('job', 'toposcope')]);
    expect(nodes.length).toBeGreaterThan(15);
    expect((await draw('containers', [equals('job', 'another $job')])).nodes).toEqual([]);
  });

  it('says which host was there within the last hour and is gone', async () => {
    const gone = await query(QUERIES.lostExporters.promql(scopeOf('hosts', [])), at + 400);
    expect(gone.map(({ labels }) => labels.host).sort()).toEqual(['node-0001', 'node-0002', 'node-0003']);
    expect(await query(QUERIES.lostExporters.promql(scopeOf('hosts', [])), at)).toEqual([]);
  });

  async function draw(
    view: ViewId,
    scope = [] as ReturnType<typeof equals>[],
    period?: string,
  ): Promise<Topology> {
    const answers = await Promise.all(
      queriesOf(VIEWS[view]).map(async (id) => {
        const rows = await query(QUERIES[id].promql({ ...scopeOf(view, scope), period }), at);
        return [id, vectorOfRows(rows)] as const;
      }),
    );
    return build(view, Object.fromEntries(answers), scope);
  }

  async function number(expr: string): Promise<number | null> {
    const rows = await query(expr.replaceAll('$__rate_interval', WINDOW), at);
    expect(rows.length).toBeLessThanOrEqual(1);
    return rows[0]?.value ?? null;
  }

  async function query(expr: string, time: number): Promise<Row[]> {
    const body = new URLSearchParams({ query: expr, time: String(time) });
    const response = await fetch(`${prometheus.url}/api/v1/query`, { method: 'POST', body });
    const answer = (await response.json()) as {
      error?: string;
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    expect(answer.error, expr).toBeUndefined();
    return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }
});

function scopeOf(view: ViewId, matchers: readonly ReturnType<typeof equals>[]) {
  return { matchers, hosts: [], window: WINDOW, edges: VIEWS[view].edges };
}

function build(
  view: ViewId,
  vectors: Parameters<typeof buildTopology>[1],
  scope: readonly ReturnType<typeof equals>[],
): Topology {
  const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope };
  return complete(buildTopology(VIEWS[view], vectors, options, { at: 0, notices: [] }));
}

/** Labels that the queries choose by or add up over, and that the cluster's rows no longer have. */
const MORE_LABELS: Partial<Record<QueryId, string>> = {
  hostBusy: 'mode="user"',
  containerCpu: 'mode="user"',
  containerMemory: 'kind="working_set"',
  containerNetwork: 'interface="eth0"',
  containerIo: 'device="vda"',
  containerPressure: 'kind="some"',
};

/** All exporters' series after some seconds, as one scrape. */
function exposition(seconds: number): string {
  const lines = [`clock_seconds_total ${1000 + seconds}`];
  const rows = CLUSTER.rows();
  for (const id of QUERY_IDS) {
    const { name, type } = QUERIES[id].family;
    const tail = id === 'edgeRttSum' ? '_sum' : id === 'edgeRttCount' ? '_count' : '';
    for (const { labels, value } of rows[id] ?? []) {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
      const more = MORE_LABELS[id];
      const grown = type === 'gauge' ? value : value * (1000 + seconds);
      lines.push(`${name}${tail}{${[...pairs, ...(more === undefined ? [] : [more])].join(',')}} ${grown}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

interface NearMatchers<Result> {
  toBeNearOrNull(expected: number | null): Result;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-explicit-any -- as the test runner declares it
  interface Assertion<T = any> extends NearMatchers<T> {}
}

expect.extend({
  toBeNearOrNull(received: number | null, expected: number | null) {
    const pass =
      received === null || expected === null
        ? received === expected
        : Math.abs(received - expected) <= 1e-6 * Math.max(1, Math.abs(expected));
    return { pass, message: () => `expected ${String(received)} to be ${String(expected)}` };
  },
});
