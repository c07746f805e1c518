import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createViewerApp } from '../../compose/local/src/viewer/viewer-app.js';
import { freePort } from '../engines/free-port.js';
import { startPrometheus, type PrometheusServer } from '../engines/prometheus.js';

describe("the viewer's part of Grafana's API, before a real Prometheus", () => {
  let prometheus: PrometheusServer;
  let viewer: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    prometheus = await startPrometheus([], 'nothing');
    viewer = await serve(prometheus.url);
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await prometheus.stop();
  });

  async function serve(prometheusUrl: string): Promise<string> {
    const server = createServer(
      createViewerApp({ prometheusUrl, pageFolder: '/nonexistent', pluginFolders: {} }),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const NOW = 1_700_000_000_000;

  async function ask(queries: object[], at = viewer) {
    const response = await fetch(`${at}/api/ds/query`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        queries: queries.map((query) => ({ datasource: { uid: 'prometheus' }, ...query })),
        from: String(NOW - 60_000),
        to: String(NOW),
      }),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  }

  it('answers an instant query at the end of the range', async () => {
    const { status, body } = await ask([{ refId: 'A', expr: 'vector(time())', instant: true, range: false }]);
    expect(status).toBe(200);
    expect(body.results?.A?.frames[0]?.data.values).toEqual([[NOW], [NOW / 1000]]);
  });

  it('answers a range query with points on multiples of the step', async () => {
    const { body } = await ask([{ refId: 'A', expr: 'vector(1)', range: true, intervalMs: 15_000 }]);
    const times = body.results?.A?.frames[0]?.data.values[0] ?? [];
    expect(times.length).toBe(5);
    expect(times.every((time) => time % 15_000 === 0)).toBe(true);
  });

  it('keeps the labels, and what JSON has no number for', async () => {
    const { body } = await ask([
      { refId: 'A', expr: 'label_replace(vector(0/0), "a", "\\"b\\\\", "", "")', instant: true },
    ]);
    const frame = body.results?.A?.frames[0];
    expect(frame?.schema.fields[1]?.labels).toEqual({ a: '"b\\' });
    expect(frame?.data.entities).toEqual([null, { NaN: [0] }]);
  });

  it('gives the error of one query beside the answer of another, with status 400', async () => {
    const { status, body } = await ask([
      { refId: 'GOOD', expr: 'vector(1)', instant: true },
      { refId: 'BAD', expr: 'rate(', instant: true },
    ]);
    expect(status).toBe(400);
    expect(body.results?.GOOD?.frames).toHaveLength(1);
    expect(body.results?.BAD?.error).toMatch(/^bad_data: .*parse error/);
  });

  it.each([
    ['a body that is no object', '[]', 400, /not valid/],
    ['a body that is no JSON', '{"queries":', 400, /JSON/],
    [
      'a query without an expression',
      '{"queries":[{"datasource":{"uid":"prometheus"}}],"from":"1","to":"2"}',
      400,
      /expr/,
    ],
    [
      'a stranger',
      '{"queries":[{"datasource":{"uid":"x"},"expr":"1"}],"from":"1","to":"2"}',
      404,
      /no data source x/,
    ],
  ])('refuses %s in words', async (_case, body, status, words) => {
    const response = await fetch(`${viewer}/api/ds/query`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { message: string }).message).toMatch(words);
  });

  it('tells the health of its data source as Grafana does', async () => {
    const response = await fetch(`${viewer}/api/datasources/uid/prometheus/health`);
    expect(await response.json()).toEqual({
      status: 'OK',
      message: 'Successfully queried the Prometheus API.',
    });
  });

  it('says in words that Prometheus is down', async () => {
    const nothing = await serve(`http://127.0.0.1:${await freePort()}`);
    const { status, body } = await ask([{ refId: 'A', expr: '1', instant: true }], nothing);
    expect(status).toBe(400);
    expect(body.results?.A).toMatchObject({
      status: 502,
      error: expect.stringMatching(/does not answer .*ECONNREFUSED/) as string,
    });
    const health = await fetch(`${nothing}/api/datasources/uid/prometheus/health`);
    expect(health.status).toBe(400);
    expect(await health.json()).toMatchObject({ status: 'ERROR' });
  });

  it("passes reads of Prometheus' own API through, and nothing else", async () => {
    const proxy = `${viewer}/api/datasources/proxy/uid/prometheus/api/v1`;
    expect(await (await fetch(`${proxy}/label/job/values`)).json()).toMatchObject({ status: 'success' });
    expect((await fetch(`${proxy}/admin/tsdb/delete_series`, { method: 'POST' })).status).toBe(404);
    expect(
      (await fetch(`${viewer}/api/datasources/proxy/uid/prometheus/-/quit`, { method: 'POST' })).status,
    ).toBe(404);
  });
});

interface Answer {
  readonly results?: Readonly<
    Record<
      string,
      {
        readonly error?: string;
        readonly frames: readonly {
          readonly schema: { readonly fields: readonly { readonly labels?: Record<string, string> }[] };
          readonly data: { readonly values: readonly (readonly number[])[]; readonly entities?: unknown };
        }[];
      }
    >
  >;
}
