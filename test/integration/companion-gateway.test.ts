import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKeyPairSync } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Docker from 'dockerode';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { LogBucket } from '../../companion/src/gateway/log-bucket.js';
import { Limits } from '../../companion/src/gateway/limits.js';
import {
  ACTIONS,
  HOST_ACTION_NAMES,
  type ActionName,
  type ObjectActionName,
} from '../../companion/src/protocol/action.js';
import { problemDocumentSchema } from '../../companion/src/protocol/problems.js';
import { capabilitiesSchema, type Capabilities } from '../../companion/src/protocol/requests.js';
import { ROLE_OF_TIER, TIERS, type Tier } from '../../companion/src/protocol/tiers.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import {
  ISSUER,
  makeSecrets,
  startAgent,
  startGateway,
  until,
  type TestGateway,
} from '../engines/companion.js';
import { freePort } from '../engines/free-port.js';
import { TerminalClient } from '../engines/terminal-client.js';

const IMAGE = 'toposcope-test-companion-gateway';
const HOST = 'this-host';
const docker = new Docker();
const secrets = makeSecrets();
let gateway: TestGateway;
let agent: { stop(): Promise<void> };
let container: Docker.Container;
let optedOut: Docker.Container;
let noisy: Docker.Container;
let at: string;
let bucketFolder: string;
let bucketServer: S3rver;
let bucketUrl: string;

beforeAll(async () => {
  await buildBusyboxImage(docker, IMAGE);
  // What a killed run left would still have the name.
  await docker
    .getContainer('toposcope-test-shop')
    .remove({ force: true })
    .catch(() => undefined);
  container = await docker.createContainer({
    Image: IMAGE,
    HostConfig: { NetworkMode: 'none' },
    name: 'toposcope-test-shop',
    Cmd: ['sleep', '3600'],
  });
  await container.start();
  optedOut = await docker.createContainer({
    Image: IMAGE,
    HostConfig: { NetworkMode: 'none' },
    Cmd: ['sleep', '3600'],
    Labels: { 'toposcope.actions': 'none' },
  });
  await optedOut.start();
  noisy = await docker.createContainer({
    Image: IMAGE,
    HostConfig: { NetworkMode: 'none' },
    Cmd: ['sh', '-c', 'yes "a line of the log" | head -n 500000'],
  });
  await noisy.start();
  await noisy.wait();
  bucketFolder = await mkdtemp(path.join(tmpdir(), 'bucket-'));
  const bucketPort = await freePort();
  bucketServer = new S3rver({
    port: bucketPort,
    address: '127.0.0.1',
    directory: bucketFolder,
    silent: true,
    configureBuckets: [{ name: 'logs', configs: [] }],
  });
  await bucketServer.run();
  bucketUrl = `http://127.0.0.1:${bucketPort}`;
  process.env.AWS_ACCESS_KEY_ID = 'S3RVER';
  process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER';
  gateway = await startGateway(secrets, {
    policy: 'rules: [{ allow: "*" }]',
    bucket: new LogBucket({
      bucket: 'logs',
      prefix: 'exported/',
      region: 'us-east-1',
      endpoint: bucketUrl,
    }),
    terminalLimits: { openWithin: 500 },
  });
  agent = startAgent(secrets, { host: HOST, gateway: new URL(gateway.url), exporter: '192.0.2.1:10420' });
  await until('the agent is connected', () => gateway.register.size === 1);
  at = `/hosts/${HOST}/containers/${container.id}`;
});
afterAll(async () => {
  await agent.stop();
  await gateway.close();
  await bucketServer.close();
  await rm(bucketFolder, { recursive: true, force: true });
  await Promise.all([container, optedOut, noisy].map((each) => each.remove({ force: true })));
  await docker.getImage(IMAGE).remove({ force: true });
});

const codeOf = async (response: Response): Promise<string> =>
  problemDocumentSchema.parse(await response.json()).code;
/** But the ends of looks at processes, which come when nobody has looked for a while. */
const lastAudit = async (): Promise<Record<string, unknown> | undefined> =>
  (await gateway.audit()).filter(({ count }) => count === undefined).at(-1);

type HostActionName = Exclude<ActionName, ObjectActionName>;

/** A harmless request for each action of hosts and containers: what it is asked on does not exist, or it would do nothing. */
const NOBODY = { pid: 4_000_000, startTicks: 1 };
const HARMLESS: Readonly<Record<HostActionName, (tier: Tier) => Promise<string>>> = {
  list: async (tier) => answerOf(await gateway.get(tier, `/hosts/${HOST}/containers`)),
  inspect: async (tier) => answerOf(await gateway.get(tier, at)),
  top: async (tier) => answerOf(await gateway.get(tier, `${at}/processes`)),
  logs: async (tier) => answerOf(await gateway.get(tier, `${at}/logs?tail=1`)),
  'export-logs': async (tier) => answerOf(await gateway.post(tier, `${at}/logs/export`, { tail: 1 })),
  start: (tier) => act(tier, { action: 'start' }),
  stop: (tier) => act(tier, { action: 'stop', graceSeconds: 0 }),
  restart: (tier) => act(tier, { action: 'restart', graceSeconds: 0 }),
  pause: async (tier) => {
    const code = await act(tier, { action: 'pause' });
    await container.unpause().catch(() => undefined);
    return code;
  },
  unpause: (tier) => act(tier, { action: 'unpause' }),
  kill: (tier) => act(tier, { action: 'kill', signal: 'WINCH' }),
  remove: (tier) => act(tier, { action: 'remove' }),
  'signal-process': (tier) => act(tier, { action: 'signal-process', process: NOBODY, signal: 'TERM' }),
  'restart-process': (tier) => act(tier, { action: 'restart-process', process: NOBODY }),
  'start-process': (tier) => act(tier, { action: 'start-process', command: ['true'] }),
  custom: (tier) => act(tier, { action: 'custom', name: 'look' }),
  exec: (tier) => opened(tier, at, { action: 'exec', command: ['true'] }),
  attach: (tier) => opened(tier, at, { action: 'attach' }),
  'host-shell': (tier) => opened(tier, `/hosts/${HOST}`, { action: 'host-shell' }),
};

async function answerOf(response: Response): Promise<string> {
  return response.ok ? (await response.text(), 'done') : codeOf(response);
}
async function act(tier: Tier, action: object): Promise<string> {
  await container.start().catch(() => undefined);
  return answerOf(await gateway.post(tier, `${at}/actions`, action));
}
async function opened(tier: Tier, path: string, request: object): Promise<string> {
  await container.start().catch(() => undefined);
  const terminal = await TerminalClient.connect(gateway, tier, path);
  terminal.socket.send(JSON.stringify({ type: 'open', request }));
  await terminal.until(() => terminal.messages.length > 0);
  const [first] = terminal.messages;
  terminal.close();
  return first?.type === 'problem' ? first.problem.code : 'done';
}

describe('each tier against each action', () => {
  const CUSTOM = 'actions: [{ name: look, label: Look, command: ["true"], tier: operate }]';
  const REFUSALS = ['tier-refused', 'policy-refused', 'opted-out', 'read-only', 'agent-refused'];

  for (const tier of TIERS) {
    for (const action of HOST_ACTION_NAMES) {
      const allowed = TIERS.indexOf(tier) >= TIERS.indexOf(ACTIONS[action].tier);
      it(`${tier} ${allowed ? 'may' : 'may not'} do ${action} where the policy allows everything`, async () => {
        gateway.setPolicy(`rules: [{ allow: "*" }]\n${CUSTOM}`);
        const code = await HARMLESS[action](tier);
        expect(REFUSALS.includes(code) ? code : 'let through').toBe(allowed ? 'let through' : 'tier-refused');
        if (!allowed) {
          expect(await lastAudit()).toMatchObject({ action, tier, outcome: 'refused', code, user: 'alice' });
        }
      });
    }
  }

  it.each(HOST_ACTION_NAMES)(
    'without a rule an admin is refused %s, unless it only looks',
    async (action) => {
      gateway.setPolicy('');
      const looks = ['list', 'inspect', 'top', 'logs'].includes(action);
      expect(await HARMLESS[action]('admin')).toBe(looks ? 'done' : 'policy-refused');
    },
  );

  it('does what capabilities promise, for every tier', async () => {
    gateway.setPolicy(`rules: [{ allow: [stop, exec, export-logs], role: Editor }]\n${CUSTOM}`);
    for (const tier of TIERS) {
      const response = await gateway.get(tier, `/capabilities?host=${HOST}&container=${container.id}`);
      const promised: Capabilities = capabilitiesSchema.parse(await response.json());
      expect(promised).toMatchObject({
        tier,
        role: ROLE_OF_TIER[tier],
        container: container.id,
        exportTo: 'logs',
      });
      for (const action of HOST_ACTION_NAMES.filter((name) => ACTIONS[name].target === 'container')) {
        const code = await HARMLESS[action](tier);
        expect([action, !REFUSALS.includes(code)]).toEqual([action, promised.allowed.includes(action)]);
      }
      expect(promised.custom.map(({ name }) => name)).toEqual(tier === 'view' ? [] : ['look']);
    }
  });

  it('refuses everything on a container that opted out', async () => {
    gateway.setPolicy('rules: [{ allow: "*" }]');
    const mine = `/hosts/${HOST}/containers/${optedOut.id}`;
    expect(await codeOf(await gateway.post('admin', `${mine}/actions`, { action: 'stop' }))).toBe(
      'opted-out',
    );
    expect(await codeOf(await gateway.get('admin', `${mine}/logs`))).toBe('opted-out');
    expect((await optedOut.inspect()).State.Running).toBe(true);
  });
});

describe('who asks', () => {
  const ask = async (headers: Record<string, string>, target = '/view/v1/hosts'): Promise<Response> =>
    fetch(`${gateway.url}${target}`, { headers });

  it.each<[string, string, () => Promise<Record<string, string>>]>([
    ['no token', 'token-refused', async () => without(await gateway.headers('view'), 'x-toposcope-token')],
    [
      'a wrong token',
      'token-refused',
      async () => ({ ...(await gateway.headers('view')), 'x-toposcope-token': 'x' }),
    ],
    ["another tier's token", 'token-refused', () => gateway.headers('admin')],
    ['no user', 'identity-refused', async () => without(await gateway.headers('view'), 'x-grafana-id')],
    [
      'an expired user',
      'identity-refused',
      async () => ({ ...(await gateway.headers('view')), 'x-grafana-id': await jwt({ expires: '-1m' }) }),
    ],
    [
      'a user of another Grafana',
      'identity-refused',
      async () => ({
        ...(await gateway.headers('view')),
        'x-grafana-id': await jwt({ issuer: 'https://evil.example' }),
      }),
    ],
    [
      'a user signed by a stranger',
      'identity-refused',
      async () => ({ ...(await gateway.headers('view')), 'x-grafana-id': await jwt({ foreign: true }) }),
    ],
    [
      'an unsigned user',
      'identity-refused',
      async () => ({ ...(await gateway.headers('view')), 'x-grafana-id': unsigned() }),
    ],
  ])('is refused with %s, by HTTP and by WebSocket, and that is written down', async (_, code, make) => {
    const headers = await make();
    const response = await ask(headers);
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await codeOf(response)).toBe(code);
    expect(await lastAudit()).toMatchObject({ outcome: 'refused', code, tier: 'view', user: '' });

    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/view/v1${at}/terminal`, { headers });
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(answer.statusCode).toBe(403);
    socket.on('error', () => undefined);
    socket.terminate();
    await until('it is written down', async () => (await lastAudit())?.code === code);
  });

  it('has no more than the role that Grafana says, by whatever route', async () => {
    gateway.setPolicy('rules: [{ allow: "*" }]');
    const headers = {
      ...(await gateway.headers('admin')),
      'x-grafana-id': await gateway.identity('mallory', 'Viewer'),
    };
    const response = await fetch(`${gateway.url}/admin/v1${at}/actions`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"action":"stop"}',
    });
    expect(await codeOf(response)).toBe('tier-refused');
    expect(await lastAudit()).toMatchObject({
      user: 'mallory',
      role: 'Viewer',
      tier: 'admin',
      outcome: 'refused',
    });
  });
});

interface Made {
  readonly expires?: string;
  readonly issuer?: string;
  readonly foreign?: boolean;
}
function jwt({ expires = '10m', issuer = ISSUER, foreign = false }: Made): Promise<string> {
  const key = foreign
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    : secrets.grafana.privateKey;
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(issuer)
    .setAudience('org:1')
    .setSubject('user:1')
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}
function unsigned(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 600;
  return `${part({ alg: 'none' })}.${part({ iss: ISSUER, aud: 'org:1', sub: 'user:1', exp })}.`;
}
function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

/** What a client says and gets, byte by byte, for what no HTTP library would send. */
async function raw(text: string | Buffer, waitMs = 2_000): Promise<string> {
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.write(text);
  await Promise.race([once(socket, 'close'), sleep(waitMs)]);
  socket.destroy();
  return answer;
}
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

describe('paths', () => {
  it.each([
    '//view/v1/hosts',
    '/view//v1/hosts',
    '/view/v1/hosts/',
    '/view/../admin/v1/hosts',
    '/view/./v1/hosts',
    '/view/v1/hosts/..',
    '/view/%2e%2e/admin/v1/hosts',
    '/admin%2fv1%2fhosts',
    '/view/v1/hosts/a%00b/containers',
    '/view\\v1\\hosts',
    '/view/v1/hosts/%',
    'http://evil.example/view/v1/hosts',
    '/view/v1/hosts;x=1',
    '/.well-known/x',
  ])('%s is refused, whatever is shown, and that is written down', async (target) => {
    const headers = Object.entries(await gateway.headers('view')).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const answer = await raw(
      `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers.join('')}\r\n`,
    );
    expect(statusOf(answer)).toBe(403);
    expect(answer).toContain('path-refused');
    expect(await lastAudit()).toMatchObject({ code: 'path-refused', outcome: 'refused' });
  });

  it.each([
    ['GET', '/view/v1/hosts/this-host/containers/shop', 400],
    ['GET', `/view/v1/hosts/this-host/containers/${'A'.repeat(64)}`, 400],
    ['GET', `/view/v1/hosts/this-host/containers/${'a'.repeat(13)}`, 400],
    ['GET', '/view/v1/hosts/other-host/containers', 404],
    ['GET', '/view/v1/nothing', 404],
    ['GET', '/nothing', 404],
    ['GET', '/VIEW/v1/hosts', 404],
    ['DELETE', '/view/v1/hosts', 405],
    ['HEAD', '/view/v1/hosts', 405],
    ['OPTIONS', '/view/v1/hosts', 405],
    ['POST', '/view/v1/hosts', 415],
    ['GET', '/view/v1/hosts?x=1', 400],
    ['GET', '/view/v1/capabilities?host=this-host&host=other', 400],
    ['GET', '/admin/v1/hosts/this-host/containers/aaaaaaaaaaaa/actions', 405],
    ['GET', '/admin/v1/hosts/this-host/terminal', 404],
  ])('%s %s is %i', async (method, target, status) => {
    const headers = await gateway.headers(target.startsWith('/admin') ? 'admin' : 'view');
    const response = await fetch(`${gateway.url}${target}`, { method, headers });
    expect(response.status).toBe(status);
    if (method !== 'HEAD') {
      expect(problemDocumentSchema.safeParse(await response.json()).success).toBe(true);
    }
  });
});

describe('bodies', () => {
  const post = async (body: string | Buffer, type = 'application/json', more = {}): Promise<Response> =>
    fetch(`${gateway.url}/admin/v1${at}/actions`, {
      method: 'POST',
      headers: { ...(await gateway.headers('admin')), 'content-type': type, ...more },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });

  it.each<[string, string | Buffer, string, number]>([
    ['too large', JSON.stringify({ action: 'stop', x: 'y'.repeat(70_000) }), 'application/json', 413],
    ['no JSON', '{"action":', 'application/json', 400],
    ['a string', '"stop"', 'application/json', 400],
    ['empty', '', 'application/json', 400],
    ['a form', 'action=stop', 'application/x-www-form-urlencoded', 415],
    ['of an unknown field', '{"action":"stop","now":true}', 'application/json', 400],
    ['of a prototype', '{"action":"stop","__proto__":{"x":1}}', 'application/json', 400],
    ['deep', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'application/json', 400],
    ['in a charset of old', '{"action":"stop"}', 'application/json; charset=utf-7', 415],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'application/json', 400],
  ])('that are %s are refused', async (_, body, type, status) => {
    const response = await post(body, type);
    expect(response.status).toBe(status);
    expect(problemDocumentSchema.safeParse(await response.json()).success).toBe(true);
    expect((await container.inspect()).State.Running).toBe(true);
  });

  it('that are compressed are refused before they are unpacked', async () => {
    const response = await post(Buffer.from([0x1f, 0x8b, 0x08]), 'application/json', {
      'content-encoding': 'gzip',
    });
    expect(response.status).toBe(415);
  });
});

describe('abuse', () => {
  const alive = async (): Promise<void> => {
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  };

  it.each<[string, string, readonly number[]]>([
    [
      'headers of 100 kB',
      `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(100_000)}\r\n\r\n`,
      [400, 431],
    ],
    [
      'five thousand headers',
      `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(5_000)}\r\n`,
      [400, 431],
    ],
    ['no HTTP at all', 'SSH-2.0-nonsense\r\n\r\n', [400]],
    [
      'two lengths',
      'POST /view/v1/hosts HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      [400],
    ],
    [
      'length and chunks',
      'POST /view/v1/hosts HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      [400],
    ],
    ['HTTP/2 without being asked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 403, 505]],
    [
      'an upgrade to nonsense',
      'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: nonsense\r\n\r\n',
      [404],
    ],
    [
      'a tunnel without a token',
      'GET /tunnel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: toposcope-tunnel-1\r\n\r\n',
      [400],
    ],
  ])('by %s is refused', async (_, text, statuses) => {
    expect(statuses).toContain(statusOf(await raw(text)));
    await alive();
  });

  it('by slow headers and by a thousand silent sockets is cut, while others are served', async () => {
    const sockets: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < 1_000; i += 1) {
      const socket = connect(gateway.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.once('close', () => (closed += 1));
      socket.resume();
      sockets.push(socket);
    }
    const slow = connect(gateway.port, '127.0.0.1');
    slow.on('error', () => undefined);
    slow.resume();
    slow.write('GET /healthz HTTP/1.1\r\n');
    const drip = setInterval(() => slow.write('X-Slow: 1\r\n'), 500);
    try {
      await alive();
      await Promise.all([
        until('the slow one is cut', () => slow.destroyed, 30_000),
        until('the silent ones are cut', () => closed === 1_000, 45_000),
      ]);
      await alive();
    } finally {
      clearInterval(drip);
      slow.destroy();
      sockets.forEach((socket) => socket.destroy());
    }
  });

  it.each<[string, (terminal: TerminalClient) => void]>([
    ['bytes before open', (terminal) => terminal.type('rm -rf /\n')],
    ['text that is no JSON', (terminal) => terminal.socket.send('nonsense')],
    ['an unknown message', (terminal) => terminal.socket.send('{"type":"shell"}')],
    [
      'an action that is no terminal',
      (terminal) => terminal.socket.send('{"type":"open","request":{"action":"remove"}}'),
    ],
    [
      "a host's action on a container",
      (terminal) => terminal.say({ type: 'open', request: { action: 'host-shell' } }),
    ],
    ['a message of a megabyte', (terminal) => terminal.type(Buffer.alloc(1_000_000))],
    ['silence', () => undefined],
    [
      'broken frames',
      (terminal) => {
        const { socket } = terminal as unknown as { socket: { _socket: Socket } };
        socket._socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
      },
    ],
  ])('by a WebSocket with %s ends that WebSocket only', async (_, misuse) => {
    gateway.setPolicy('rules: [{ allow: "*" }]');
    const terminal = await TerminalClient.connect(gateway, 'admin', at);
    misuse(terminal);
    await terminal.ended();
    expect(terminal.messages.every(({ type }) => type === 'problem')).toBe(true);
    await alive();
  });

  it('by opening an open terminal again ends it', async () => {
    const terminal = await TerminalClient.open(gateway, at, { action: 'exec', command: ['sh'] });
    terminal.say({ type: 'open', request: { action: 'attach' } });
    await terminal.ended();
    expect(terminal.last).toMatchObject({ type: 'problem', problem: { code: 'bad-request' } });
  });

  it('by an eleventh terminal is refused, and a closed one makes room', async () => {
    const terminals = await Promise.all(
      Array.from({ length: 10 }, () =>
        TerminalClient.open(gateway, at, { action: 'exec', command: ['sh'] }, 'many'),
      ),
    );
    await expect(TerminalClient.connect(gateway, 'admin', at, 'many')).rejects.toThrow('429');
    terminals.pop()?.close();
    await until('there is room', async () => {
      try {
        terminals.push(await TerminalClient.open(gateway, at, { action: 'exec', command: ['true'] }, 'many'));
        return true;
      } catch {
        return false;
      }
    });
    terminals.forEach((terminal) => terminal.close());
  });

  it.each(['(a+)+$', '(.*a){20}', '([a-z ]+)*[0-9]'])(
    'by the pattern %s on half a million lines hangs nobody',
    async (regex) => {
      const started = performance.now();
      const answer = fetch(
        `${gateway.url}/view/v1/hosts/${HOST}/containers/${noisy.id}/logs?regex=${encodeURIComponent(regex)}`,
        { headers: await gateway.headers('view') },
      ).then((response) => response.text());
      let longest = 0;
      const state = { busy: true };
      void answer.finally(() => (state.busy = false));
      while (state.busy) {
        const asked = performance.now();
        await alive();
        longest = Math.max(longest, performance.now() - asked);
      }
      await answer;
      expect(performance.now() - started).toBeLessThan(60_000);
      expect(longest).toBeLessThan(15_000);
    },
  );

  it('by too many requests is told to wait', async () => {
    const own = await startGateway(secrets, { limits: new Limits(5, 5) });
    try {
      const statuses = await Promise.all(
        Array.from({ length: 8 }, async () => (await own.get('view', '/hosts')).status),
      );
      expect(statuses.filter((status) => status === 200)).toHaveLength(5);
      expect(statuses.filter((status) => status === 429)).toHaveLength(3);
      const refused = await Promise.all(
        Array.from({ length: 8 }, async () => (await fetch(`${own.url}/view/v1/hosts`)).status),
      );
      expect(refused.filter((status) => status === 403)).toHaveLength(5);
      expect((await own.get('view', '/hosts', 'bob')).status).toBe(200);
      expect(await own.audit()).toHaveLength(5);
    } finally {
      await own.close();
    }
  });
});

describe('the audit log', () => {
  it('that cannot be written stops everything that would be done', async () => {
    const own = await startGateway(secrets, {
      auditFile: '/dev/full',
      policy: 'rules: [{ allow: "*" }]',
    }).catch(() => undefined);
    if (own === undefined) {
      throw new Error('no gateway');
    }
    const its = startAgent(secrets, { host: HOST, gateway: new URL(own.url) });
    try {
      await until('the agent is connected', () => own.register.size === 1);
      const response = await own.post('admin', `${at}/actions`, { action: 'stop', graceSeconds: 0 });
      expect(response.status).toBe(503);
      expect(await codeOf(response)).toBe('audit-failed');
      expect((await container.inspect()).State.Running).toBe(true);
      expect(await codeOf(await own.get('view', `${at}/logs`))).toBe('audit-failed');
      const terminal = await TerminalClient.open(own, at, { action: 'exec', command: ['sh'] });
      expect(terminal.last).toMatchObject({ type: 'problem', problem: { code: 'audit-failed' } });
      terminal.close();
    } finally {
      await its.stop();
      own.register.close();
      await own.close().catch(() => undefined);
    }
  });

  it('has who, what, on what, how it ended and how long it took', async () => {
    gateway.setPolicy('rules: [{ allow: "*" }]');
    await gateway.post('operate', `${at}/actions`, { action: 'restart', graceSeconds: 0 }, 'carol');
    const [started, ended] = (await gateway.audit()).slice(-2);
    expect(started).toMatchObject({
      user: 'carol',
      role: 'Editor',
      tier: 'operate',
      address: '127.0.0.1',
      action: 'restart',
      host: HOST,
      container: container.id,
      containerName: 'toposcope-test-shop',
      arguments: { graceSeconds: 0 },
      outcome: 'started',
    });
    expect(ended).toMatchObject({
      id: started?.id,
      outcome: 'done',
      durationMs: expect.any(Number) as number,
    });
  });

  it('is where a recording that cannot be made is refused', async () => {
    const own = await startGateway(secrets, {
      recordings: '/nonexistent',
      policy: 'rules: [{ allow: "*" }]',
    });
    const its = startAgent(secrets, { host: HOST, gateway: new URL(own.url) });
    try {
      await until('the agent is connected', () => own.register.size === 1);
      const terminal = await TerminalClient.open(own, at, { action: 'exec', command: ['sh'] });
      expect(terminal.last).toMatchObject({ type: 'problem', problem: { code: 'audit-failed' } });
      terminal.close();
      expect((await own.audit()).at(-1)).toMatchObject({
        action: 'exec',
        outcome: 'failed',
        code: 'audit-failed',
      });
    } finally {
      await its.stop();
      await own.close();
    }
  });
});

interface Progress {
  readonly state: string;
  readonly bytes: number;
  readonly key?: string;
}
const progressOf = (text: string): Progress[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Progress);

describe('export', () => {
  it('puts the whole log into the bucket and tells how far it is', async () => {
    gateway.setPolicy('rules: [{ allow: [export-logs] }]');
    const response = await gateway.post('view', `/hosts/${HOST}/containers/${noisy.id}/logs/export`, {});
    const progress = progressOf(await response.text());
    const last = progress.at(-1);
    expect(last).toMatchObject({ state: 'done', bucket: 'logs' });
    expect(progress.slice(0, -1).every(({ state }) => state === 'uploading')).toBe(true);
    const { gunzipSync } = await import('node:zlib');
    const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: bucketUrl,
      forcePathStyle: true,
    });
    const object = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: last?.key ?? '' }));
    const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    client.destroy();
    expect(bytes).toHaveLength(last?.bytes ?? 0);
    expect(gunzipSync(bytes).toString().split('\n')).toHaveLength(500_001);
    expect(last?.key).toMatch(/^exported\/this-host\//);
  });

  it('tells part by part how far a large log is', async () => {
    // What cannot be made smaller, so that it takes several parts of 5 MiB.
    const random = await docker.createContainer({
      Image: IMAGE,
      HostConfig: { NetworkMode: 'none' },
      Cmd: ['sh', '-c', 'head -c 6000000 /dev/urandom | base64'],
    });
    try {
      await random.start();
      await random.wait();
      const response = await gateway.post('view', `/hosts/${HOST}/containers/${random.id}/logs/export`, {});
      const steps = progressOf(await response.text());
      const bytes = steps.map((step) => step.bytes);
      expect(steps.map(({ state }) => state)).toEqual([...bytes.slice(1).map(() => 'uploading'), 'done']);
      expect(new Set(bytes).size).toBeGreaterThanOrEqual(2);
      expect(bytes).toEqual([...bytes].sort((one, other) => one - other));
      expect(bytes.at(-1)).toBeGreaterThan(6_000_000);
    } finally {
      await random.remove({ force: true });
    }
  });

  it('fails with a word when the bucket is not there', async () => {
    const own = await startGateway(secrets, {
      policy: 'rules: [{ allow: [export-logs] }]',
      bucket: new LogBucket({ bucket: 'x', prefix: '', region: 'us-east-1', endpoint: 'http://127.0.0.1:9' }),
    });
    const its = startAgent(secrets, { host: HOST, gateway: new URL(own.url) });
    try {
      await until('the agent is connected', () => own.register.size === 1);
      const text = await (await own.post('view', `${at}/logs/export`, {})).text();
      expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
        state: 'failed',
        code: 'export-failed',
      });
      expect((await own.audit()).at(-1)).toMatchObject({ outcome: 'failed', code: 'export-failed' });
    } finally {
      await its.stop();
      await own.close();
    }
  });
});

describe('discovery', () => {
  it("offers each agent's exporter to Prometheus", async () => {
    expect(await (await fetch(`${gateway.url}/sd`)).json()).toEqual([
      { targets: ['192.0.2.1:10420'], labels: { __meta_toposcope_host: HOST } },
    ]);
  });

  it('tells of itself in Prometheus text', async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toContain('toposcope_companion_tunnels{state="connected"} 1');
    expect(text).toMatch(/toposcope_companion_actions_total\{action="stop",outcome="refused"\} \d+/);
    expect(text).toContain('toposcope_companion_action_duration_seconds_bucket');
    expect(text).toMatch(/toposcope_companion_sessions \d+/);
  });
});

interface OpenApi {
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly parameters: { readonly name: string; readonly in: string; readonly schema: object }[];
        readonly requestBody?: {
          readonly content: { readonly 'application/json': { readonly schema: object } };
        };
        readonly responses: Record<string, { readonly content: Record<string, { readonly schema: object }> }>;
      }
    >
  >;
}

describe('the OpenAPI document', () => {
  const document = async (): Promise<OpenApi> =>
    (await (await fetch(`${gateway.url}/openapi.json`)).json()) as OpenApi;

  it('is true: every path answers as it says, whatever is sent', async () => {
    gateway.setPolicy('');
    const api = await document();
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const isProblem = ajv.compile({ ...problemShape(api) });
    const operations = Object.entries(api.paths).flatMap(([target, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ target, method, operation })),
    );
    expect(operations.length).toBeGreaterThanOrEqual(24);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operations),
        fc.constantFrom(HOST, 'other', 'a.b', 'x'.repeat(300)),
        fc.constantFrom(
          container.id,
          optedOut.id,
          container.id.slice(0, 12),
          '0'.repeat(64),
          'abc',
          'x'.repeat(80),
        ),
        fc.dictionary(fc.string({ maxLength: 12 }), fc.string({ maxLength: 40 }), { maxKeys: 3 }),
        fc.oneof(
          fc.json(),
          fc.constantFrom(...HOST_ACTION_NAMES).map((action) => JSON.stringify({ action })),
          fc
            .tuple(
              fc.constantFrom(...HOST_ACTION_NAMES),
              fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }),
            )
            .map(([action, more]) => JSON.stringify({ ...more, action })),
        ),
        async ({ target, method, operation }, host, id, query, body) => {
          const tier = target.split('/')[1] as Tier;
          const filled = target.replace('{host}', host).replace('{container}', id);
          const known = operation.parameters.filter((parameter) => parameter.in === 'query');
          const search = new URLSearchParams({
            ...(target.endsWith('/capabilities') ? { host, container: id } : known.length === 0 ? {} : query),
          });
          const response = await fetch(`${gateway.url}${filled}?${search.toString()}`, {
            method,
            headers: { ...(await gateway.headers(tier)), 'content-type': 'application/json' },
            ...(method === 'post' ? { body } : {}),
          });
          const text = await response.text();
          expect(response.status).toBeLessThan(500);
          if (response.status === 200) {
            const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
            const shape = operation.responses['200']?.content[type];
            expect(shape, `${type} of ${target}`).toBeDefined();
            const values =
              type === 'application/json'
                ? [text]
                : type.includes('ndjson')
                  ? text.split('\n').filter(Boolean)
                  : [];
            for (const value of values) {
              const fits = ajv.validate(shape?.schema ?? false, JSON.parse(value));
              expect(fits, `${target}: ${ajv.errorsText()}`).toBe(true);
            }
          } else {
            expect(isProblem(JSON.parse(text)), text).toBe(true);
            expect(text).not.toMatch(/node_modules|\.ts:|\.js:/);
          }
        },
      ),
      { numRuns: 400 },
    );
    expect((await container.inspect()).State.Running).toBe(true);
  });

  it('has every path that is served, for every tier', async () => {
    const api = await document();
    for (const tier of TIERS) {
      expect(Object.keys(api.paths).filter((target) => target.startsWith(`/${tier}/`))).toHaveLength(13);
    }
  });
});

function problemShape(api: OpenApi): object {
  return (api as unknown as { components: { schemas: { Problem: object } } }).components.schemas.Problem;
}
