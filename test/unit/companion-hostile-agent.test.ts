import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../companion/src/agent/handler.js';
import type { AgentService } from '../../companion/src/agent/serve-tunnel.js';
import { Problem } from '../../companion/src/protocol/problems.js';
import { TUNNEL_HELLO_HEADER, TUNNEL_UPGRADE } from '../../companion/src/protocol/tunnel.js';
import { makeSecrets, startAgent, startGateway, until, type TestGateway } from '../engines/companion.js';
import { TerminalClient } from '../engines/terminal-client.js';

const ID = 'a'.repeat(64);
const HOST = 'hostile';
const AT = `/hosts/${HOST}/containers/${ID}`;
const ALLOW_ALL = 'rules: [{ allow: "*" }]';
const SUMMARY = { id: ID, name: 'shop', image: 'shop:1', state: 'running', labels: {} };
type Action = Parameters<AgentService['perform']>[0]['request']['action'];

const secrets = makeSecrets();
let folder: string;
let auditFile: string;
let gateway: TestGateway;
let agent: { stop(): Promise<void> } | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hostile-'));
  auditFile = path.join(folder, 'audit.jsonl');
  gateway = await startGateway(secrets, { policy: ALLOW_ALL, auditFile });
});
afterEach(async () => {
  await agent?.stop();
  agent = undefined;
  await gateway.close();
  await rm(folder, { recursive: true, force: true });
});

/** An agent that answers what it likes; who its container is, it says as it should. */
async function answering(answers: Partial<Record<Action, () => Answer | Promise<Answer>>>): Promise<void> {
  agent = startAgent(secrets, {
    host: HOST,
    gateway: new URL(gateway.url),
    perform: async ({ request: { action } }) => {
      const answer = answers[action] ?? (() => valueOf(SUMMARY));
      return answer();
    },
  });
  await until('the agent is connected', () => gateway.register.size === 1);
}

const valueOf = (value: unknown): Answer => ({ kind: 'value', value });
const logOf = (stream: Readable, contentType = 'application/x-ndjson'): Answer => ({
  kind: 'stream',
  stream,
  contentType,
});
const linesOf = async (): Promise<Record<string, unknown>[]> =>
  (await readFile(auditFile, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('what an agent that was taken over answers', () => {
  it('is never served as a page, whatever it says that its log is', async () => {
    await answering({ logs: () => logOf(Readable.from(['<script>alert(1)</script>']), 'text/html') });
    const response = await gateway.get('view', `${AT}/logs`);
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await gateway.get('view', `${AT}/logs?format=text`);
    expect(text.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['another shape', { containers: 'all' }],
    ['numbers in the place of names', { containers: [{ ...SUMMARY, name: 7 }] }],
    ['a prototype', JSON.parse('{"__proto__":{"containers":[]}}')],
  ])('is an error of that host where it is %s', async (_, value) => {
    await answering({ list: () => valueOf(value) });
    const response = await gateway.get('view', `/hosts/${HOST}/containers`);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'agent-lost' });
    expect((await linesOf()).at(-1)).toMatchObject({ outcome: 'failed', code: 'agent-lost' });
  });

  it('cannot be another container than the one that was asked for', async () => {
    await answering({ identify: () => valueOf({ ...SUMMARY, id: 'b'.repeat(64) }) });
    const response = await gateway.post('admin', `${AT}/actions`, { action: 'stop' });
    expect(response.status).toBe(502);
    expect((await linesOf()).at(-1)).toMatchObject({ outcome: 'refused', code: 'agent-lost' });
  });

  it('cannot keep an attempt out of the audit log by a word of the gateway', async () => {
    await answering({ identify: () => Promise.reject(new Problem('audit-failed', 'It is full.')) });
    const response = await gateway.post('admin', `${AT}/actions`, { action: 'stop' });
    expect(response.status).toBe(502);
    expect((await linesOf()).at(-1)).toMatchObject({
      action: 'stop',
      outcome: 'refused',
      code: 'agent-lost',
    });
  });

  it('fills no line of the audit log', async () => {
    const reason = 'x'.repeat(1_000_000);
    await answering({ stop: () => Promise.reject(new Problem('engine-failed', reason)) });
    await gateway.post('admin', `${AT}/actions`, { action: 'stop' });
    expect((await readFile(auditFile, 'utf8')).length).toBeLessThan(5_000);
  });
});

describe('a tunnel', () => {
  it.each([
    ['bytes that are no HTTP/2', Buffer.alloc(50_000, 0xff)],
    ['a frame that is too large', Buffer.from('ffffff00000000000100', 'hex')],
    ['a promise to push', Buffer.from('000004050400000001000000', 'hex')],
    ['nothing but settings', Buffer.from('000000040000000000'.repeat(20_000), 'hex')],
  ])('that sends %s is closed or ignored, and the gateway goes on', async (_, bytes) => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const hello = { host: HOST, version: '0', allows: ['list'] };
    socket.write(
      `GET /tunnel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${TUNNEL_UPGRADE}\r\n` +
        `Authorization: Bearer ${secrets.join}\r\n` +
        `${TUNNEL_HELLO_HEADER}: ${Buffer.from(JSON.stringify(hello)).toString('base64url')}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.resume();
    socket.write(bytes);
    // Whoever is there meanwhile is served.
    expect((await gateway.get('view', '/hosts')).status).toBe(200);
    socket.destroy();
    await until('it is gone', () => gateway.register.size === 0);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });
});

/** A program that prints nothing and reads nothing, until it is left. */
function quietTerminal(): Answer {
  const output = new PassThrough();
  return {
    kind: 'terminal',
    terminal: {
      tty: true,
      output,
      input: new PassThrough().resume(),
      resize: () => Promise.resolve(),
      exitCode: () => Promise.resolve(null),
      close: () => Promise.resolve(void output.destroy()),
    },
  };
}

describe('what goes on', () => {
  const ENDLESS = { exec: quietTerminal, logs: () => logOf(new PassThrough()) };

  it('ends when the policy takes away what allowed it, with a word and a line', async () => {
    await answering(ENDLESS);
    const terminal = await TerminalClient.open(gateway, AT, { action: 'exec', command: ['sh'] });
    const log = await gateway.get('view', `${AT}/logs?follow=true`);
    const broken = expect(log.text()).rejects.toThrow('terminated');
    gateway.setPolicy('defaults: false');
    await terminal.ended();
    expect(terminal.last).toMatchObject({ type: 'problem', problem: { code: 'policy-refused' } });
    await broken;
    const ended = async (): Promise<Record<string, unknown>[]> =>
      (await linesOf()).filter(({ outcome }) => outcome === 'failed');
    // Who follows the log hears of its end a moment before the line is written.
    await until('both ends are in the audit log', async () => (await ended()).length === 2);
    expect(await ended()).toMatchObject([{ code: 'policy-refused' }, { code: 'policy-refused' }]);
  });

  it('has its end in the audit log when the gateway stops', async () => {
    await answering({ ...ENDLESS, stop: () => new Promise<never>(() => undefined) });
    const terminal = await TerminalClient.open(gateway, AT, { action: 'exec', command: ['sh'] });
    const log = await gateway.get('view', `${AT}/logs?follow=true`);
    const broken = expect(log.text()).rejects.toThrow('terminated');
    const stopped = gateway.post('admin', `${AT}/actions`, { action: 'stop' }).catch(() => undefined);
    const started = async (): Promise<Record<string, unknown>[]> =>
      (await linesOf()).filter(({ outcome }) => outcome === 'started');
    await until('all three have begun', async () => (await started()).length === 3);
    await gateway.close();
    const lines = await linesOf();
    for (const { id, action } of await started()) {
      const ends = lines.filter((line) => line.id === id && line.outcome !== 'started');
      expect([action, ends.length]).toEqual([action, 1]);
    }
    await Promise.all([broken, stopped]);
    terminal.close();
    gateway = await startGateway(secrets);
  });

  it('is at most 100 logs of one user, and nobody else waits for them', async () => {
    await answering(ENDLESS);
    const leave = new AbortController();
    const follow = async (user: string): Promise<Response> =>
      fetch(`${gateway.url}/view/v1${AT}/logs?follow=true`, {
        headers: await gateway.headers('view', user),
        signal: leave.signal,
      });
    await Promise.all(Array.from({ length: 100 }, () => follow('greedy')));
    expect(await (await follow('greedy')).json()).toMatchObject({ status: 429, code: 'too-many-sessions' });
    expect((await follow('bob')).status).toBe(200);
    leave.abort();
    await until('there is room again', async () => {
      const again = new AbortController();
      const { status } = await fetch(`${gateway.url}/view/v1${AT}/logs?follow=true`, {
        headers: await gateway.headers('view', 'greedy'),
        signal: again.signal,
      });
      again.abort();
      return status === 200;
    });
  });
});
