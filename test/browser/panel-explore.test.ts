import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createViewerApp } from '../../compose/local/src/viewer/viewer-app.js';
import { startChromium } from '../engines/chromium.js';
import { pageComplaints } from '../engines/page-complaints.js';
import { type PrometheusServer, startPrometheus } from '../engines/prometheus.js';
import { EARLIER, HOUR, LATER, pastSamples } from '../integration/topology-past.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ARTEFACTS = path.join(ROOT, 'artefacts');
const POLL = { timeout: 60_000, interval: 200 };

const CALLS = 'sum by (client, server) (rate(traces_service_graph_request_total[1m]))';
const FAILED = 'sum by (server) (rate(traces_service_graph_request_failed_total[1m]))';
const ORDERS = 'sum by (container) (rate(orders_total[1m]))';
const UNHEALTHY = {
  alert: 'Unhealthy',
  expr: 'last_over_time(toposcope_container_health{health="unhealthy"}[4h]) == 1',
};

/** What was written into a real Prometheus is what Explore must show, asked by links. */
describe('Explore, over an hour of a real Prometheus', () => {
  const start = Math.floor(Date.now() / 1000) - 3 * HOUR;
  let prometheus: PrometheusServer;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    mkdirSync(ARTEFACTS, { recursive: true });
    prometheus = await startPrometheus([], 'toposcope', undefined, {
      samples: pastSamples(start),
      ruleGroups: [{ name: 'test', rules: [UNHEALTHY] }],
    });
    server = createServer(
      createViewerApp({
        prometheusUrl: prometheus.url,
        pageFolder: path.join(ROOT, 'compose/viewer/dist/11'),
        pluginFolders: {
          'toposcope-topology-panel': path.join(ROOT, 'grafana-panel/dist'),
          'toposcope-topology-datasource': path.join(ROOT, 'grafana-datasource/dist'),
        },
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await prometheus.stop();
  });
  afterEach(async () => {
    await page.close();
  });

  it('draws nodes and edges of the user’s own PromQL', async () => {
    const custom = {
      edges: [{ expr: CALLS, name: 'Requests', unit: 'reqps' }],
      nodes: [{ expr: FAILED, label: 'server', name: 'Failed', unit: 'reqps' }],
    };
    await open({ view: 'custom', custom }, EARLIER);
    await expect
      .poll(nodes, POLL)
      .toEqual(['user calls web', 'web called by user calls db', 'db called by web']);
    expect(await columns('Custom', 'Name', 'Failed')).toEqual([
      ['db', '1 req/s'],
      ['user', ''],
      ['web', ''],
    ]);
    expect(await columns('Connections', 'Client', 'Server', 'Requests')).toEqual([
      ['user', 'web', '10 req/s'],
      ['web', 'db', '4 req/s'],
    ]);
    await keep('custom');
  });

  it('lays PromQL over nodes and edges', async () => {
    const overlays = [
      { name: 'Orders', expr: ORDERS, show: 'fill' },
      { name: 'Twice', expr: `2 * ${ORDERS}`, show: 'badge' },
      { name: 'Calls', expr: CALLS, show: 'width' },
    ];
    await open({ view: 'containers', overlays }, EARLIER);
    await expect.poll(nodes, POLL).toHaveLength(5);
    expect(await columns('Containers', 'Name', 'Orders', 'Twice')).toEqual([
      ['cache', '', ''],
      ['db', '5', '10'],
      ['job', '', ''],
      ['queue', '', ''],
      ['web', '3', '6'],
    ]);
    expect((await columns('Connections', 'Server', 'Calls'))[0]).toEqual(['db', '4']);
    await keep('overlays');
  });

  it('shows all that was seen within the time range, and the alerts that fire on it', async () => {
    await expect
      .poll(async () => (await prometheus.query('ALERTS{alertstate="firing"}')).length, POLL)
      .toBe(1);
    await open({ view: 'containers', time: { mode: 'range' } }, Math.ceil(Date.now() / 1000) - start);
    await expect.poll(nodes, POLL).toHaveLength(6);
    expect(await columns('Containers', 'Name', 'Alerts')).toEqual([
      ['cache', ''],
      ['db', 'Unhealthy'],
      ['job', ''],
      ['queue', ''],
      ['search', ''],
      ['web', ''],
    ]);
    await keep('within');
  });

  it('compares two moments', async () => {
    await open({ view: 'containers', compareWith: `${LATER - EARLIER}s` }, LATER);
    await expect.poll(nodes, POLL).toHaveLength(6);
    expect(await columns('Containers', 'Name', 'Change')).toEqual([
      ['cache', 'removed'],
      ['db', 'changed; Condition: ok → critical; Health: healthy → unhealthy'],
      ['job', ''],
      ['queue', ''],
      ['search', 'added'],
      ['web', ''],
    ]);
    await keep('compared');
  });

  /** A link with the query, whose time range ends so many seconds after the hour's begin. */
  async function open(query: object, end: number): Promise<void> {
    page = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
    page.setDefaultTimeout(POLL.timeout);
    complaints = pageComplaints(page);
    const address = new URLSearchParams({
      from: String(start * 1000),
      to: String((start + end) * 1000),
      query: JSON.stringify({ queryType: 'topology', ...query }),
    });
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/?${address.toString()}#/explore`);
  }

  /** The nodes of the picture as screen readers are told of them, without their kind and condition. */
  async function nodes(): Promise<string[]> {
    const lines = await page.getByTestId('toposcope-picture').getByRole('option').allTextContents();
    return lines.map((line) =>
      line
        .split(', ')
        .filter((part, index) => index === 0 || /^calls |^called by /.test(part))
        .join(' '),
    );
  }

  /** These columns of a table, row by row. */
  async function columns(table: string, ...names: readonly string[]): Promise<string[][]> {
    const region = page.getByRole('region', { name: table, exact: true });
    await region.waitFor();
    const titles = await region.getByRole('columnheader').allTextContents();
    const rows = await region
      .locator('tbody tr')
      .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent)));
    return rows.map((cells) => names.map((name) => cells[titles.indexOf(name)] ?? `no column ${name}`));
  }

  async function keep(name: string): Promise<void> {
    await page.screenshot({ path: path.join(ARTEFACTS, `explore-${name}.png`) });
    expect(complaints).toEqual([]);
  }
});
