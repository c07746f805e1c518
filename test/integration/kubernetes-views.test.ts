import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Row, vectorOfRows } from '../../grafana-datasource/src/fixtures/vector-of-rows';
import { complete } from '../../grafana-datasource/src/graph/steps';
import { KUBERNETES_VIEW_IDS, type Topology, type ViewId } from '../../grafana-datasource/src/graph/topology';
import { QUERIES, type QueryId } from '../../grafana-datasource/src/promql/queries';
import { equals, type Matcher } from '../../grafana-datasource/src/promql/selector';
import { buildTopology, queriesOf } from '../../grafana-datasource/src/views/build';
import { VIEWS } from '../../grafana-datasource/src/views/register';
import { type PrometheusServer, startPrometheus } from '../engines/prometheus.js';
import { type RecordedKubernetes, serveRecordedKubernetes } from '../engines/recorded-kubernetes.js';

const WINDOW = '6s';
/** What the recorded answers leave out: rates depend on the moment. */
const RATES = /^(?:edge(?!Open$)|containerCpu$)/;

/**
 * A real Prometheus scrapes what kube-state-metrics and the exporters of two clusters publish. What it answers is what the
 * tests without a Prometheus work with, and what the pictures are made of here.
 */
describe('two clusters in one Prometheus', () => {
  let kubernetes: RecordedKubernetes;
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    kubernetes = await serveRecordedKubernetes();
    prometheus = await startPrometheus([], 'recorded', kubernetes.discovery);
    await until(async () => (await prometheus.query('count(up == 1)'))[0]?.value === 4);
    // A rate needs two samples at least, of each target.
    await until(async () => {
      const moving = await prometheus.query(`count(rate(toposcope_connections_opened_total[${WINDOW}]) > 0)`);
      return moving[0]?.value === 10;
    });
  });

  afterAll(async () => {
    await prometheus.stop();
    kubernetes.close();
  });

  it('answers what was recorded of it', async () => {
    const ids = new Set(KUBERNETES_VIEW_IDS.flatMap((view) => queriesOf(VIEWS[view])));
    const answers: Record<string, unknown> = {};
    for (const id of [...ids].filter((query) => !RATES.test(query)).sort()) {
      const rows = await ask(id);
      answers[id] = rows
        .map(({ labels, value }) => JSON.stringify({ ...sorted(labels), value }))
        .sort()
        .map((line) => JSON.parse(line) as unknown);
    }
    const text = Object.entries(answers)
      .map(([id, rows]) => {
        const lines = (rows as unknown[]).map((row) => `  ${JSON.stringify(row)}`).join(',\n');
        return ` ${JSON.stringify(id)}: [${lines === '' ? '' : `\n${lines}\n `}]`;
      })
      .join(',\n');
    await expect(`{\n${text}\n}\n`).toMatchFileSnapshot(
      '../../grafana-datasource/src/fixtures/kubernetes-answers.json',
    );
  });

  async function ask(
    id: QueryId,
    view: ViewId = 'pods',
    matchers: readonly Matcher[] = [],
    at?: number,
  ): Promise<Row[]> {
    const scope = { matchers, hosts: [], window: WINDOW, edges: VIEWS[view].edges };
    const series = await prometheus.query(QUERIES[id].promql(scope), at);
    return series.map(({ metric, value }) => ({ labels: metric, value }));
  }

  async function draw(view: ViewId, scope: readonly Matcher[] = [], at?: number): Promise<Topology> {
    const answers = await Promise.all(
      queriesOf(VIEWS[view]).map(async (id) => [id, vectorOfRows(await ask(id, view, scope, at))] as const),
    );
    const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope };
    return complete(buildTopology(VIEWS[view], Object.fromEntries(answers), options, { at: 0, notices: [] }));
  }

  it.each(KUBERNETES_VIEW_IDS)('draws the view of %s without a remark', async (view) => {
    const { notices, nodes, kubernetes: hasKubernetes } = await draw(view);
    expect({ notices, hasKubernetes }).toEqual({ notices: [], hasKubernetes: true });
    expect(nodes.filter(({ facts }) => facts.some(({ key }) => key === 'cluster')).length).toBeGreaterThan(2);
  });

  it.each<[ViewId, string]>([
    ['pods', 'pod:north/shop/web-7d9c5b6f4-abcde'],
    ['pods', 'pod:north/kube-system/kube-apiserver-node-1'],
    ['controllers', 'deployment:north/shop/web'],
    ['services', 'service:north/shop/web'],
    ['namespaces', 'namespace:north/shop'],
    ['namespaces', 'namespace:south/shop'],
    ['nodes', 'node:north/node-1'],
  ])('in the view of %s, the expressions of %s give what is shown', async (view, id) => {
    const { nodes } = await draw(view);
    const metrics = nodes.find((node) => node.id === id)?.metrics ?? [];
    for (const { key, value, expr } of metrics) {
      const rows = await prometheus.query(expr.replaceAll('$__rate_interval', WINDOW));
      expect(rows.length, `${key}: ${expr}`).toBe(value === null ? 0 : 1);
      if (key === 'memory') {
        expect(rows[0]?.value, expr).toBe(value);
      }
    }
    expect(metrics.find(({ key }) => key === 'memory')?.value).toBeGreaterThan(0);
  });

  it('adds up what flows between controllers', async () => {
    // At one moment, whose scrapes have arrived: between two queries a window may have moved on by a sample.
    const moment = Date.now() / 1000;
    await sleep(1000);
    const { edges } = await draw('controllers', [], moment);
    const traffic = edges.find(
      ({ id }) => id === 'deployment:north/shop/web>statefulset:north/shop/db',
    )?.traffic;
    expect(traffic?.open).toBe(4);
    // A second of a busy machine is not one of a scrape, but both counters are of the same scrapes.
    expect((traffic?.responseBytes ?? 0) / (traffic?.requestBytes ?? 1)).toBeCloseTo(5, 6);
  });

  it('keeps the clusters apart where only one is asked for', async () => {
    const { nodes } = await draw('services', [equals('cluster', 'south'), equals('job', 'recorded')]);
    expect(nodes.map(({ id }) => id)).toEqual([
      'pod:south/shop/cart-0',
      'service:south/default/kubernetes',
      'service:south/shop/web',
    ]);
  });

  it('names what an old or narrowed kube-state-metrics does not export, and draws the rest', async () => {
    kubernetes.keepFamilies((family) => !family.startsWith('kube_endpoint'));
    await gone('kube_endpoint_.*|kube_endpointslice_.*');
    const services = await draw('services');
    expect(services.notices.map(({ message }) => message)).toEqual([
      'kube-state-metrics does not export kube_endpoint_address or kube_endpointslice_endpoints: what they tell is missing here.',
    ]);
    expect(services.edges.map(({ id }) => id)).toContain(
      'pod:north/shop/web-7d9c5b6f4-abcde>service:north/kube-system/kube-dns',
    );
    kubernetes.keepFamilies((family) => !family.startsWith('kube_'));
    await gone('kube_.*');
    const pods = await draw('pods');
    expect(pods.notices.map(({ message }) => message)).toEqual([
      'No series of kube-state-metrics (kube_pod_info and others) at this time.',
    ]);
    expect(pods.edges.map(({ id }) => id)).toContain(
      'pod:north/shop/web-7d9c5b6f4-abcde>pod:north/shop/db-0',
    );
  });

  async function gone(families: string): Promise<void> {
    await until(async () => (await prometheus.query(`{__name__=~"${families}"}`)).length === 0);
  }
});

function sorted(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await isSo()) {
      return;
    }
    await sleep(250);
  }
  throw new Error('Prometheus does not have the recorded series after 50 s.');
}
