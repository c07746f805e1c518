import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Role } from '../../compose/local/src/viewer/grafana-user.js';
import { createViewerServer } from '../../compose/local/src/viewer/viewer-app.js';
import { identifyByHeader } from '../../companion/src/gateway/identity.js';
import { startAgent, startGateway, until, type TestGateway } from '../engines/companion.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROXY = '/api/datasources/proxy/uid/toposcope';
const ROLES: readonly Role[] = ['Viewer', 'Editor', 'Admin'];
const TIERS = ['view', 'operate', 'admin'] as const;
type Tier = (typeof TIERS)[number];
const JSON_BODY = { 'content-type': 'application/json' };
const OPEN: Readonly<Record<Role, readonly string[]>> = {
  Viewer: ['view'],
  Editor: ['view', 'operate'],
  Admin: ['view', 'operate', 'admin'],
};

let gateway: TestGateway;
let agent: ReturnType<typeof startAgent>;
const servers: Server[] = [];
const ports = new Map<Role, number>();

beforeAll(async () => {
  gateway = await startGateway(undefined, {
    identify: identifyByHeader,
    policy: "rules: [{ allow: '*' }]",
  });
  agent = startAgent(gateway.secrets, { host: 'h1', gateway: new URL(gateway.url) });
  await until('the agent is connected', () => gateway.register.size === 1);
  for (const role of ROLES) {
    ports.set(role, await serve(role, gateway.url));
  }
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await agent.stop();
  await gateway.close();
});

async function serve(role: Role, companionUrl: string): Promise<number> {
  const server = createViewerServer({
    prometheusUrl: 'http://127.0.0.1:9',
    pageFolder: ROOT,
    // Its plugin.json is all that is read here.
    pluginFolders: { 'toposcope-topology-datasource': path.join(ROOT, 'grafana-datasource/src') },
    user: { login: 'alice', role },
    companion: { url: companionUrl, tokens: gateway.secrets.tokens },
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** By hand, since fetch would tidy the path up. */
function ask(
  role: Role,
  target: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ host: '127.0.0.1', port: ports.get(role), path: `${PROXY}${target}` },
      ...(body === undefined ? { headers } : { method: 'POST', headers: { ...headers, ...JSON_BODY } }),
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The status of the upgrade, and what the gateway says to a request for a shell on the host. */
function openTerminal(role: Role, tier: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve) => {
    const url = `ws://127.0.0.1:${ports.get(role) ?? 0}${PROXY}/${tier}/v1/hosts/h1/terminal`;
    const socket = new WebSocket(url, 'toposcope-terminal-1', { headers });
    socket.on('unexpected-response', (_, response) => {
      resolve(String(response.statusCode));
      socket.terminate();
    });
    socket.on('error', () => undefined);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'open', request: { action: 'host-shell' } })));
    socket.on('message', (data: Buffer, binary) => {
      if (!binary) {
        const { type, problem } = JSON.parse(data.toString()) as { type: string; problem?: { code: string } };
        resolve(problem?.code ?? type);
        socket.close();
      }
    });
  });
}

const NOBODY = { pid: 4_000_000, startTicks: 1 };
/** Each action that is sent as a body, the tier that the documents give it, and what else its body says. */
const COMMANDS: readonly (readonly [action: string, tier: Tier, more: object])[] = [
  ['start', 'operate', {}],
  ['stop', 'operate', {}],
  ['restart', 'operate', {}],
  ['pause', 'operate', {}],
  ['unpause', 'operate', {}],
  ['kill', 'operate', {}],
  ['signal-process', 'operate', { process: NOBODY, signal: 'TERM' }],
  ['restart-process', 'operate', { process: NOBODY }],
  ['start-process', 'admin', { command: ['true'] }],
  ['remove', 'admin', {}],
];

describe.each(ROLES)('what the proxy lets a user with the role %s do', (role) => {
  it.each(COMMANDS)('%s, by the tier %s', async (action, tier, more) => {
    const target = `/${tier}/v1/hosts/h1/containers/${'0'.repeat(64)}/actions`;
    const { status, body } = await ask(role, target, {}, { action, ...more });
    // The gateway finds no such container, once it is asked at all.
    expect(body).toContain(OPEN[role].includes(tier) ? 'container-unknown' : 'route access denied');
    expect(status).toBe(OPEN[role].includes(tier) ? 404 : 403);
  });
});

describe.each(ROLES)("the viewer's proxy, for a user with the role %s", (role) => {
  it.each(TIERS)('opens the tier %s, or refuses it, by requests and by WebSockets', async (tier) => {
    const opened = OPEN[role].includes(tier);
    const { status, body } = await ask(role, `/${tier}/v1/hosts`);
    expect(status).toBe(opened ? 200 : 403);
    expect(body).toContain(opened ? '"name":"h1"' : 'plugin proxy route access denied');
    const terminal = await openTerminal(role, tier);
    expect(terminal).toBe(!opened ? '403' : tier === 'admin' ? 'opened' : 'tier-refused');
  });

  it.each([
    '//admin/v1/hosts',
    '/view//v1/hosts',
    '/view/../admin/v1/hosts',
    '/view/./v1/hosts',
    '/view/v1/%2e%2e/%2e%2e/admin/v1/hosts',
    '/view/v1%2fhosts',
    '/view\\..\\admin/v1/hosts',
    '/viewadmin/v1/hosts',
  ])('refuses the path %s', async (target) => {
    const { status, body } = await ask(role, target);
    expect([403, 404], body).toContain(status);
  });

  it('says who asks, whatever the request says', async () => {
    const forged = { 'x-grafana-user': 'mallory', 'x-grafana-id': 'x.y.z', 'x-toposcope-token': 'guess' };
    const { body } = await ask(role, '/view/v1/capabilities?host=h1', forged);
    expect(JSON.parse(body)).toMatchObject({ user: 'alice', role: 'Viewer', tier: 'view', host: 'h1' });
  });

  it.each([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a name that somebody points at this machine', { host: 'evil.example:4040' }],
  ])('takes nothing from %s', async (_, headers) => {
    expect((await ask(role, '/view/v1/hosts', headers)).status).toBe(403);
    expect(await openTerminal(role, 'view', headers)).toBe('403');
  });
});

describe("the viewer's proxy", () => {
  it('says that the companion does not answer', async () => {
    const port = await serve('Admin', 'http://127.0.0.1:9');
    const answer = await fetch(`http://127.0.0.1:${port}${PROXY}/view/v1/hosts`);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toEqual({ message: 'The companion does not answer.' });
  });

  it('has no other way to the gateway than its tiers', async () => {
    for (const target of ['/metrics', '/sd', '/tunnel', '/']) {
      expect((await ask('Admin', target)).status, target).toBe(404);
    }
  });

  it('passes on nothing that is not for the companion', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${ports.get('Admin') ?? 0}/api/live/ws`);
    const failed = await new Promise((resolve) => socket.once('error', () => resolve(true)));
    expect(failed).toBe(true);
  });
});
