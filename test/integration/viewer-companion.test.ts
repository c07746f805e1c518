import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Role } from '../../compose/local/src/viewer/grafana-user.js';
import { createViewerServer } from '../../compose/local/src/viewer/viewer-app.js';
import type { AgentService } from '../../companion/src/agent/serve-tunnel.js';
import { identifyByHeader } from '../../companion/src/gateway/identity.js';
import { LogBucket } from '../../companion/src/gateway/log-bucket.js';
import { Problem } from '../../companion/src/protocol/problems.js';
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
    bucket: new LogBucket({
      bucket: 'logs',
      prefix: '',
      region: 'nowhere-1',
      endpoint: 'http://127.0.0.1:9',
    }),
    policy: `
      rules: [{ allow: '*' }]
      actions: [{ name: look, label: Look, command: ['true'], tier: operate }]`,
  });
  agent = startAgent(gateway.secrets, { host: 'h1', gateway: new URL(gateway.url), perform: letThrough });
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

/** An agent that knows who each container is and does nothing to it: what reaches it has passed every fence. */
const letThrough: AgentService['perform'] = ({ request, container }) =>
  request.action === 'identify'
    ? Promise.resolve({
        kind: 'value',
        value: { id: container, name: 'shop', image: 'shop:1', state: 'running', labels: {} },
      })
    : Promise.reject(new Problem('conflict', 'It was let through.'));

/** The status of the upgrade, or the code of what the gateway says to the request. */
function openTerminal(
  role: Role,
  tier: string,
  headers: Record<string, string> = {},
  path = '/hosts/h1',
  action = 'host-shell',
): Promise<string> {
  return new Promise((resolve) => {
    const url = `ws://127.0.0.1:${ports.get(role) ?? 0}${PROXY}/${tier}/v1${path}/terminal`;
    const request = action === 'exec' ? { action, command: ['sh'] } : { action };
    const socket = new WebSocket(url, 'toposcope-terminal-1', { headers });
    socket.on('unexpected-response', (_, response) => {
      resolve(String(response.statusCode));
      socket.terminate();
    });
    socket.on('error', () => undefined);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'open', request })));
    socket.on('message', (data: Buffer, binary) => {
      if (!binary) {
        const { type, problem } = JSON.parse(data.toString()) as { type: string; problem?: { code: string } };
        resolve(problem?.code ?? type);
        socket.close();
      }
    });
  });
}

const AT = `/hosts/h1/containers/${'0'.repeat(64)}`;
const NOBODY = { pid: 4_000_000, startTicks: 1 };
type Ask = (role: Role, tier: Tier) => Promise<string>;

const asked =
  (path: string, body?: object): Ask =>
  async (role, tier) => {
    const answer = await ask(role, `/${tier}/v1${path}`, {}, body);
    const { code, message } = JSON.parse(answer.body) as { code?: string; message?: string };
    return code ?? message ?? '';
  };
const command = (action: string, more: object = {}): Ask => asked(`${AT}/actions`, { action, ...more });
const opened =
  (path: string, action: string): Ask =>
  (role, tier) =>
    openTerminal(role, tier, {}, path, action);

/** Each action of hosts and containers, the tier that the documents give it, and how it is asked for. */
const ACTIONS: readonly (readonly [action: string, tier: Tier, ask: Ask])[] = [
  ['list', 'view', asked('/hosts/h1/containers')],
  ['inspect', 'view', asked(AT)],
  ['top', 'view', asked(`${AT}/processes`)],
  ['logs', 'view', asked(`${AT}/logs`)],
  ['export-logs', 'view', asked(`${AT}/logs/export`, {})],
  ['start', 'operate', command('start')],
  ['stop', 'operate', command('stop')],
  ['restart', 'operate', command('restart')],
  ['pause', 'operate', command('pause')],
  ['unpause', 'operate', command('unpause')],
  ['kill', 'operate', command('kill')],
  ['signal-process', 'operate', command('signal-process', { process: NOBODY, signal: 'TERM' })],
  ['restart-process', 'operate', command('restart-process', { process: NOBODY })],
  ['custom', 'operate', command('custom', { name: 'look' })],
  ['start-process', 'admin', command('start-process', { command: ['true'] })],
  ['remove', 'admin', command('remove')],
  ['exec', 'admin', opened(AT, 'exec')],
  ['attach', 'admin', opened(AT, 'attach')],
  ['host-shell', 'admin', opened('/hosts/h1', 'host-shell')],
];

describe.each(ROLES)('what the proxy lets a user with the role %s do', (role) => {
  it.each(ACTIONS)('%s, which is of the tier %s, by the route of each tier', async (action, needed, of) => {
    for (const tier of TIERS) {
      const isOpen = OPEN[role].includes(tier);
      const covers = TIERS.indexOf(tier) >= TIERS.indexOf(needed);
      const refused = ['exec', 'attach', 'host-shell'].includes(action)
        ? '403'
        : 'plugin proxy route access denied';
      expect([tier, await of(role, tier)]).toEqual([
        tier,
        !isOpen ? refused : covers ? 'conflict' : 'tier-refused',
      ]);
    }
  });
});

describe.each(ROLES)("the viewer's proxy, for a user with the role %s", (role) => {
  it.each(TIERS)('opens the tier %s, or refuses it, by requests and by WebSockets', async (tier) => {
    const opened = OPEN[role].includes(tier);
    const { status, body } = await ask(role, `/${tier}/v1/hosts`);
    expect(status).toBe(opened ? 200 : 403);
    expect(body).toContain(opened ? '"name":"h1"' : 'plugin proxy route access denied');
    const terminal = await openTerminal(role, tier);
    expect(terminal).toBe(!opened ? '403' : tier === 'admin' ? 'conflict' : 'tier-refused');
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
