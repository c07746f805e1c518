import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Scrape } from '../exposition/scrape.js';
import { createApplication, type ApplicationOptions } from './application.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server = undefined;
});

const scrape: Scrape = {
  run: () =>
    Promise.resolve({
      runs: [],
      blocks: [
        {
          heading: { name: 'a_total', type: 'counter', help: 'A.' },
          lines: [Buffer.from('a_total{} 1\n')],
          samples: 1,
        },
      ],
    }),
  lastRuns: () => [],
};

async function get(
  path: string,
  headers: Record<string, string> = {},
  more: Partial<ApplicationOptions> = {},
  method = 'GET',
) {
  const application = createApplication({
    scrape,
    telemetryPath: '/metrics',
    host: 'a',
    version: '1',
    authenticate: () => Promise.resolve('admitted'),
    headers: () => ({}),
    log: { error: vi.fn() },
    ...more,
  });
  server = createServer(application).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, path, headers, method, agent: false }, resolve).on('error', reject).end();
  });
  const chunks = (await response.toArray()) as Buffer[];
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

describe('createApplication', () => {
  it('answers a scrape as text by default', async () => {
    const { status, headers, body } = await get('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['content-encoding']).toBeUndefined();
    expect(body.toString()).toBe('# HELP a_total A.\n# TYPE a_total counter\na_total{} 1\n');
  });

  it('answers in OpenMetrics to who asks for it', async () => {
    const { headers, body } = await get('/metrics', {
      accept: 'application/openmetrics-text; version=1.0.0',
    });
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(body.toString()).toMatch(/# EOF\n$/);
  });

  it('compresses for who takes it', async () => {
    const { headers, body } = await get('/metrics', { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(headers.vary).toContain('Accept-Encoding');
    expect(gunzipSync(body).toString()).toContain('a_total{} 1');
  });

  it('serves the metrics on another path, and says so elsewhere', async () => {
    expect((await get('/m', {}, { telemetryPath: '/m' })).status).toBe(200);
    const { status, body } = await get('/metrics', {}, { telemetryPath: '/m' });
    expect(status).toBe(404);
    expect(body.toString()).toContain('/m\n');
  });

  it('serves the metrics on / instead of the landing page when asked to', async () => {
    expect((await get('/', {}, { telemetryPath: '/' })).body.toString()).toContain('a_total');
  });

  it('answers /healthz without a scrape', async () => {
    const run = vi.fn(() => scrape.run());
    expect((await get('/healthz', {}, { scrape: { ...scrape, run } })).status).toBe(200);
    expect(run).not.toHaveBeenCalled();
  });

  it('guards the landing page against injected scripts', async () => {
    const { headers } = await get('/');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each(['/', '/metrics', '/nothing'])('asks for a password on %s', async (path) => {
    const authenticate = () => Promise.resolve('refused' as const);
    const { status, headers } = await get(path, {}, { authenticate });
    expect([status, headers['www-authenticate']]).toEqual([401, 'Basic']);
  });

  it.each(['/healthz', '/healthz/', '/HEALTHZ'])(
    'answers %s without a password, and says only ok',
    async (path) => {
      const authenticate = () => Promise.resolve('refused' as const);
      const { status, body } = await get(path, {}, { authenticate });
      expect([status, body.toString()]).toEqual([200, 'ok\n']);
    },
  );

  it.each(['/', '/metrics', '/healthz'])(
    'refuses to be written to at %s, and says what it takes',
    async (path) => {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const run = vi.fn(() => scrape.run());
        const { status, headers } = await get(path, {}, { scrape: { ...scrape, run } }, method);
        expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD']);
        expect(run).not.toHaveBeenCalled();
        server?.close();
      }
    },
  );

  it('answers HEAD as GET, without a body', async () => {
    const { status, headers, body } = await get('/metrics', {}, {}, 'HEAD');
    expect([status, headers['content-type'], body.length]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      0,
    ]);
  });

  it('asks to come back when too many log in at once', async () => {
    const { status } = await get('/metrics', {}, { authenticate: () => Promise.resolve('busy' as const) });
    expect(status).toBe(503);
  });

  it('adds the headers of the web configuration', async () => {
    const { headers } = await get('/', {}, { headers: () => ({ 'X-Frame-Options': 'deny' }) });
    expect(headers['x-frame-options']).toBe('deny');
  });

  it('answers 500 in plain words when the scrape itself breaks, and logs why', async () => {
    const log = { error: vi.fn() };
    const broken = { ...scrape, run: () => Promise.reject(new Error('secret details')) };
    const { status, body } = await get('/metrics', {}, { scrape: broken, log });
    expect(status).toBe(500);
    expect(body.toString()).not.toContain('secret details');
    expect(log.error).toHaveBeenCalledOnce();
  });
});
