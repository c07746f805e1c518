import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Row, vectorOfRows } from '../../grafana-datasource/src/fixtures/vector-of-rows';
import { complete } from '../../grafana-datasource/src/graph/steps';
import { KUBERNETES_VIEW_IDS, type Topology, type ViewId } from '../../grafana-datasource/src/graph/topology';
import { QUERIES, type QueryId } from '../../grafana-datasource/src/promql/queries';
import { buildTopology, queriesOf } from '../../grafana-datasource/src/views/build';
import { CONTAINER_EDGES } from '../../grafana-datasource/src/views/edge-scopes';
import { VIEWS } from '../../grafana-datasource/src/views/register';
import { type PrometheusServer, startPrometheus } from '../engines/prometheus.js';
import { type RecordedKubernetes, serveRecordedKubernetes } from '../engines/recorded-kubernetes.js';

const WINDOW = '6s';
/** What the recorded answers leave out: rates depend on the moment. */
const RATES = /^(?:edge(?!Open)|containerCpu$)/;

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

  async function ask(id: QueryId, view: ViewId = 'pods'): Promise<Row[]> {
    const scope = { matchers: [], hosts: [], window: WINDOW, edges: CONTAINER_EDGES };
    const series = await prometheus.query(QUERIES[id].promql({ ...scope, edges: VIEWS[view].edges }));
    return series.map(({ metric, value }) => ({ labels: metric, value }));
  }

  async function draw(view: ViewId): Promise<Topology> {
    const answers = await Promise.all(
      queriesOf(VIEWS[view]).map(async (id) => [id, vectorOfRows(await ask(id, view))] as const),
    );
    const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
    return complete(buildTopology(VIEWS[view], Object.fromEntries(answers), options, { at: 0, notices: [] }));
  }

  it('draws each view without a remark', async () => {
    for (const view of KUBERNETES_VIEW_IDS) {
      const { notices, kubernetes: hasKubernetes } = await draw(view);
      expect({ view, notices, hasKubernetes }).toEqual({ view, notices: [], hasKubernetes: true });
    }
  });
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
