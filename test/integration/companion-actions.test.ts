import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { InspectResult, ProcessEntry } from '../../companion/src/protocol/actions/observe.js';
import type { LogLine } from '../../companion/src/protocol/actions/logs.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { makeSecrets, startAgent, startGateway, until, type TestGateway } from '../engines/companion.js';
import { TerminalClient } from '../engines/terminal-client.js';

const IMAGE = 'toposcope-test-companion';
const HOST = 'this-host';
const docker = new Docker();
let gateway: TestGateway;
let agent: { stop(): Promise<void> };
let recordings: string;
const made: Docker.Container[] = [];

beforeAll(async () => {
  await buildBusyboxImage(docker, IMAGE);
  recordings = await mkdtemp(path.join(tmpdir(), 'recordings-'));
  const secrets = makeSecrets();
  gateway = await startGateway(secrets, {
    recordings,
    policy: `
rules: [{ allow: '*' }]
actions:
  - { name: greet, label: Greet, command: [sh, -c, 'echo hello; echo wrong >&2; exit 3'], tier: operate }
  - { name: flood, label: Flood, command: [sh, -c, 'yes | head -c 1000000'], tier: operate }`,
  });
  agent = startAgent(secrets, { host: HOST, gateway: new URL(gateway.url) });
  await until('the agent is connected', () => gateway.register.size === 1);
});
afterEach(async () => {
  await Promise.all(
    made.splice(0).map((container) => container.remove({ force: true }).catch(() => undefined)),
  );
});
afterAll(async () => {
  await agent.stop();
  await gateway.close();
  await rm(recordings, { recursive: true, force: true });
  await docker.getImage(IMAGE).remove({ force: true });
});

async function run(
  options: Partial<Docker.ContainerCreateOptions> = {},
): Promise<{ id: string; at: string; container: Docker.Container }> {
  const container = await docker.createContainer({
    Image: IMAGE,
    HostConfig: { NetworkMode: 'none' },
    Cmd: ['sleep', '600'],
    ...options,
  });
  made.push(container);
  await container.start();
  return { id: container.id, at: `/hosts/${HOST}/containers/${container.id}`, container };
}

const act = async (at: string, action: object): Promise<unknown> => {
  const response = await gateway.post('admin', `${at}/actions`, action);
  return response.json();
};
const stateOf = async (container: Docker.Container): Promise<string> =>
  (await container.inspect()).State.Status;

async function processCount(container: Docker.Container): Promise<number> {
  const { Processes } = (await container.top()) as { Processes: string[][] };
  return Processes.length;
}

async function processes(at: string): Promise<ProcessEntry[]> {
  const response = await gateway.get('view', `${at}/processes`);
  return ((await response.json()) as { processes: ProcessEntry[] }).processes;
}

describe('lifecycle', () => {
  it('stops, starts, restarts, pauses, unpauses, kills and removes, as the engine tells', async () => {
    const { at, container } = await run();
    expect(await act(at, { action: 'pause' })).toEqual({ state: 'paused' });
    expect(await stateOf(container)).toBe('paused');
    expect(await act(at, { action: 'unpause' })).toEqual({ state: 'running' });
    const before = (await container.inspect()).State.Pid;
    expect(await act(at, { action: 'restart', graceSeconds: 0 })).toEqual({ state: 'running' });
    expect((await container.inspect()).State.Pid).not.toBe(before);
    expect(await act(at, { action: 'stop', graceSeconds: 0 })).toEqual({ state: 'exited' });
    expect(await stateOf(container)).toBe('exited');
    expect(await act(at, { action: 'start' })).toEqual({ state: 'running' });
    await act(at, { action: 'kill' });
    await until('it is dead', async () => (await stateOf(container)) === 'exited');
    expect((await container.inspect()).State.ExitCode).toBe(137);
    expect(await act(at, { action: 'remove' })).toEqual({ state: 'removed' });
    await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it.each([
    [{ action: 'start' }, 'conflict'],
    [{ action: 'remove' }, 'conflict'],
  ])('says what cannot be done to a running container: %j', async (action, code) => {
    const { at, container } = await run();
    expect(await act(at, action)).toMatchObject({ code, status: 409 });
    expect(await stateOf(container)).toBe('running');
  });

  it('knows no container that is not there, nor one by the name of an id', async () => {
    await docker
      .getContainer('abcdefabcdef')
      .remove({ force: true })
      .catch(() => undefined);
    await run({ name: 'abcdefabcdef' });
    for (const id of ['abcdefabcdef', '0'.repeat(64)]) {
      expect(await act(`/hosts/${HOST}/containers/${id}`, { action: 'stop' })).toMatchObject({
        code: 'container-unknown',
        status: 404,
      });
    }
  });
});

describe('looking', () => {
  it('lists and inspects with the environment masked', async () => {
    const { id, at } = await run({ Env: ['DB_PASSWORD=hunter2', 'X=1'], Labels: { team: 'a' } });
    const list: unknown = await (await gateway.get('view', `/hosts/${HOST}/containers`)).json();
    expect(list).toMatchObject({
      containers: expect.arrayContaining([expect.objectContaining({ id, state: 'running' })]) as unknown,
    });
    const text = await (await gateway.get('view', at)).text();
    expect(text).not.toContain('hunter2');
    const facts = JSON.parse(text) as InspectResult;
    expect(facts).toMatchObject({ id, command: ['sleep', '600'], labels: { team: 'a' }, state: 'running' });
    expect(facts.environment).toMatchObject({ DB_PASSWORD: '***', X: '***' });
  });

  it("lists a container's processes as the kernel has them, and nobody else's", async () => {
    const { at, container } = await run({ Cmd: ['sh', '-c', 'sleep 600 & while :; do :; done'] });
    await until('both run', async () => (await processes(at)).length === 2);
    const found = await processes(at);
    const { Processes } = (await container.top({ ps_args: '-eo pid,comm' })) as { Processes: string[][] };
    expect(found.map(({ pid }) => pid).sort()).toEqual(Processes.map(([pid]) => Number(pid)).sort());
    const shell = found.find(({ name }) => name === 'sh');
    expect(shell).toMatchObject({ containerPid: 1, state: 'R' });
    expect(shell?.cpuCores).toBeGreaterThan(0.05);
    expect(shell?.residentBytes).toBeGreaterThan(1000);
    const sleeper = found.find(({ name }) => name === 'sleep');
    expect(sleeper).toMatchObject({ state: 'S', commandLine: ['sleep', '600'], parentPid: shell?.pid });
    expect(sleeper?.cpuCores).toBe(0);
  });
});

describe('processes', () => {
  const TWO = ['sh', '-c', 'cd /tmp; export COLOUR=blue; sleep 601 & wait; sleep 600'];
  const sleeperOf = async (at: string): Promise<ProcessEntry> => {
    await until('the sleeper runs', async () => (await processes(at)).some(({ name }) => name === 'sleep'));
    const found = (await processes(at)).find(({ name }) => name === 'sleep');
    if (found === undefined) {
      throw new Error('no sleeper');
    }
    return found;
  };

  it('signals the one that is meant', async () => {
    const { at } = await run({ Cmd: TWO });
    const { pid, startTicks } = await sleeperOf(at);
    expect(await act(at, { action: 'signal-process', process: { pid, startTicks }, signal: 'TERM' })).toEqual(
      {
        sent: 'TERM',
      },
    );
    await until('it ended', async () => !(await processes(at)).some((process) => process.pid === pid));
  });

  it('signals no process of the host, of another container, or of another time', async () => {
    const { at } = await run({ Cmd: TWO });
    const { pid, startTicks } = await sleeperOf(at);
    const other = await sleeperOf((await run({ Cmd: TWO })).at);
    const child = spawn('sleep', ['600']);
    await once(child, 'spawn');
    const ticks = Number(
      readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ')[19],
    );
    try {
      for (const identity of [
        { pid, startTicks: startTicks + 1 },
        { pid: other.pid, startTicks: other.startTicks },
        { pid: child.pid, startTicks: ticks },
        { pid: 1, startTicks: 0 },
        { pid: process.pid, startTicks: 0 },
      ]) {
        expect(await act(at, { action: 'signal-process', process: identity, signal: 'KILL' })).toMatchObject({
          code: 'process-unknown',
        });
      }
      expect(child.exitCode).toBeNull();
      expect(child.signalCode).toBeNull();
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });

  it('restarts one as it was: arguments, environment, directory and user', async () => {
    const { at } = await run({ Cmd: TWO, User: '1234:2345' });
    const { pid, startTicks } = await sleeperOf(at);
    expect(
      await act(at, { action: 'restart-process', process: { pid, startTicks }, graceSeconds: 2 }),
    ).toMatchObject({ container: false, exitCode: null });
    await until('the new one runs', async () =>
      (await processes(at)).some((found) => found.commandLine.join(' ') === 'sleep 601' && found.pid !== pid),
    );
    const again = (await processes(at)).find(({ commandLine }) => commandLine.join(' ') === 'sleep 601');
    const proc = `/proc/${again?.pid ?? 0}`;
    expect(readFileSync(`${proc}/environ`, 'utf8')).toContain('COLOUR=blue');
    expect(readFileSync(`${proc}/status`, 'utf8')).toMatch(/^Uid:\t1234\t.*\nGid:\t2345\t/m);
    const { stdout } = spawn('readlink', [`${proc}/cwd`]);
    const [cwd] = (await once(stdout, 'data')) as [Buffer];
    expect(cwd.toString().trim()).toBe('/tmp');
  });

  it('restarts the whole container when it is the first process', async () => {
    const { at, container } = await run();
    const [first] = await processes(at);
    expect(
      await act(at, {
        action: 'restart-process',
        process: { pid: first?.pid, startTicks: first?.startTicks },
        graceSeconds: 0,
      }),
    ).toMatchObject({ container: true });
    expect((await container.inspect()).State.Pid).not.toBe(first?.pid);
  });

  it('starts one and leaves it running, or says that it cannot', async () => {
    const { at } = await run();
    expect(await act(at, { action: 'start-process', command: ['sleep', '555'] })).toMatchObject({
      exitCode: null,
    });
    expect((await processes(at)).map(({ commandLine }) => commandLine.join(' '))).toContain('sleep 555');
    expect(await act(at, { action: 'start-process', command: ['no-such-program'] })).not.toMatchObject({
      exitCode: null,
    });
  });
});

describe('custom actions', () => {
  it('run the command of the policy and answer what it printed and its exit code', async () => {
    const { at } = await run();
    expect(await act(at, { action: 'custom', name: 'greet' })).toEqual({
      exitCode: 3,
      output: expect.stringMatching(/^(hello\nwrong\n|wrong\nhello\n)$/) as unknown,
      truncated: false,
    });
    expect(await act(at, { action: 'custom', name: 'flood' })).toMatchObject({
      truncated: true,
      exitCode: 0,
    });
    expect(await act(at, { action: 'custom', name: 'other' })).toMatchObject({ code: 'policy-refused' });
  });
});

describe('logs', () => {
  const lines = (text: string): LogLine[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);

  it('gives streams, tail, search and text, exactly what was written', async () => {
    const { at, container } = await run({
      Cmd: ['sh', '-c', 'for i in 1 2 3; do echo "out $i €"; echo "err $i" >&2; done'],
    });
    await container.wait();
    const all = lines(await (await gateway.get('view', `${at}/logs`)).text());
    expect(all.filter(({ stream }) => stream === 'stdout').map(({ line }) => line)).toEqual([
      'out 1 €',
      'out 2 €',
      'out 3 €',
    ]);
    expect(all).toHaveLength(6);
    const ask = async (query: string): Promise<string[]> =>
      lines(await (await gateway.get('view', `${at}/logs?${query}`)).text()).map(({ line }) => line);
    expect(await ask('stream=stderr')).toEqual(['err 1', 'err 2', 'err 3']);
    expect(await ask('tail=2')).toEqual(all.slice(-2).map(({ line }) => line));
    expect(await ask('grep=out%202')).toEqual(['out 2 €']);
    expect(await ask(`regex=${encodeURIComponent('^err [12]$')}`)).toEqual(['err 1', 'err 2']);
    expect(await ask('since=2099-01-01T00:00:00Z')).toEqual([]);
    expect(await ask('until=2001-01-01T00:00:00Z')).toEqual([]);
    const [first, second] = all;
    expect((await ask(`since=${encodeURIComponent(first?.time ?? '')}`)).length).toBeGreaterThan(4);
    expect(second?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
    const text = await (await gateway.get('view', `${at}/logs?format=text&tail=2&download=true`)).text();
    expect(text).toMatch(/^\S+Z (out|err) \d.*\n\S+Z (out|err) \d.*\n$/);
  });

  it('follows, and stops when the reader leaves', async () => {
    const { at } = await run({
      Cmd: ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.1; done'],
    });
    const leave = new AbortController();
    const response = await fetch(`${gateway.url}/view/v1${at}/logs?follow=true`, {
      headers: await gateway.headers('view'),
      signal: leave.signal,
    });
    let seen = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      seen += decoder.decode(chunk, { stream: true });
      if (seen.includes('line 5')) {
        break;
      }
    }
    leave.abort();
    expect(
      lines(seen.slice(0, seen.lastIndexOf('\n')))
        .slice(0, 3)
        .map(({ line }) => line),
    ).toEqual(['line 1', 'line 2', 'line 3']);
    await until('the end is written down', async () =>
      (await gateway.audit()).some(
        ({ action, outcome, reason }) => action === 'logs' && outcome === 'done' && reason !== undefined,
      ),
    );
  });

  it("knows a terminal's output from a multiplexed one", async () => {
    const { at, container } = await run({ Tty: true, Cmd: ['sh', '-c', 'echo one; echo two'] });
    await container.wait();
    const all = lines(await (await gateway.get('view', `${at}/logs`)).text());
    expect(all.map(({ line }) => line)).toEqual(['one', 'two']);
  });

  it.each([false, true])('puts a line of 100 kB together that the engine cut (terminal: %s)', async (Tty) => {
    const { at, container } = await run({
      Tty,
      Cmd: ['sh', '-c', 'head -c 100000 /dev/zero | tr "\\0" x; echo; echo next'],
    });
    await container.wait();
    const all = lines(await (await gateway.get('view', `${at}/logs`)).text());
    expect(all.at(-1)?.line).toBe('next');
    const long = all
      .slice(0, -1)
      .map(({ line }) => line)
      .join('');
    expect(long).toBe('x'.repeat(100_000));
    expect(all.slice(0, -2).every(({ partial }) => partial === true)).toBe(true);
  });
});

/** The beginning of `seq 1 …`. */
function numbersOf(bytes: number): Buffer {
  const lines: string[] = [];
  for (let number = 1, length = 0; length < bytes; number += 1) {
    const line = `${number}\n`;
    length += line.length;
    lines.push(line);
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}

describe('a terminal', () => {
  it('has a size that follows, colours, UTF-8, and an exit code', async () => {
    const { at } = await run();
    const terminal = await TerminalClient.open(gateway, at, {
      action: 'exec',
      command: ['sh'],
      size: { columns: 91, rows: 33 },
    });
    terminal.type('stty size\n');
    await terminal.sees('33 91');
    terminal.say({ type: 'resize', size: { columns: 120, rows: 40 } });
    await terminal.until(() => true);
    terminal.type('sleep 0.2; stty size\n');
    await terminal.sees('40 120');
    const word = Buffer.from('echo 日本\n');
    terminal.type(word.subarray(0, 6));
    terminal.type(word.subarray(6));
    await terminal.sees('日本\r\n');
    terminal.type("printf '\\033[31mred\\033[0m'; exit 7\n");
    await terminal.ended();
    expect(terminal.output.includes('\u001b[31mred\u001b[0m')).toBe(true);
    expect(terminal.last).toEqual({ type: 'exit', exitCode: 7, reason: 'the program ended' });
  });

  it('carries 10 MB of binary both ways without a byte lost', async () => {
    const { at } = await run();
    const terminal = await TerminalClient.open(gateway, at, { action: 'exec', command: ['cat'], tty: false });
    const sent = Buffer.alloc(10 * 1024 * 1024);
    for (let i = 0; i < sent.length; i += 1) {
      sent[i] = (i * 7 + (i >> 8)) & 0xff;
    }
    for (let at = 0; at < sent.length; at += 32_768) {
      terminal.type(sent.subarray(at, at + 32_768));
    }
    terminal.say({ type: 'end' });
    await terminal.until(() => terminal.messages.length > 1, 'its end', 60_000);
    expect(terminal.last).toMatchObject({ type: 'exit', exitCode: 0 });
    expect(terminal.output.equals(sent)).toBe(true);
  });

  it('shows 10 MB of cat as they are, with a terminal that leaves line ends alone', async () => {
    const { at } = await run();
    const terminal = await TerminalClient.open(gateway, at, {
      action: 'exec',
      command: ['sh', '-c', 'stty raw; seq 1 1500000 | head -c 10485760 > /tmp/ten; cat /tmp/ten'],
    });
    await terminal.until(() => terminal.messages.length > 1, 'its end', 60_000);
    expect(terminal.last).toMatchObject({ type: 'exit', exitCode: 0 });
    expect(terminal.output.equals(numbersOf(10_485_760))).toBe(true);
  });

  it('sends no more than the window that its client has asked for, until the client has shown some', async () => {
    const { at } = await run();
    const terminal = await TerminalClient.connect(gateway, 'admin', at);
    terminal.say({ type: 'open', request: { action: 'exec', command: ['yes'] }, window: 65_536 });
    await terminal.until(() => terminal.bytes >= 65_536);
    // One more piece may be on its way; what an endless program would print in this time is many of them.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const waiting = terminal.bytes;
    expect(waiting).toBeLessThan(3 * 65_536);
    terminal.say({ type: 'shown', bytes: waiting });
    await terminal.until(() => terminal.bytes >= waiting + 65_536);
    terminal.close();
  });

  it('waits for a slow reader without losing anything', async () => {
    const { at } = await run();
    const terminal = await TerminalClient.open(gateway, at, {
      action: 'exec',
      command: ['sh', '-c', 'yes | head -c 20000000'],
      tty: false,
    });
    terminal.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    terminal.socket.resume();
    await terminal.until(() => terminal.messages.length > 1, 'its end', 60_000);
    expect(terminal.bytes).toBe(20_000_000);
  });

  it('ends its program when the user leaves, children too', async () => {
    const { at, container } = await run();
    const terminal = await TerminalClient.open(gateway, at, {
      action: 'exec',
      command: ['sh', '-c', 'trap "" HUP; sleep 7777 & sleep 8888'],
    });
    await until('it runs', async () => (await processCount(container)) >= 3);
    terminal.close();
    await until('only the first process is left', async () => (await processCount(container)) === 1);
  });

  it('attaches to the first process, and leaves it running', async () => {
    const { at, container } = await run({ Tty: true, OpenStdin: true, Cmd: ['sh'] });
    const terminal = await TerminalClient.open(gateway, at, {
      action: 'attach',
      size: { columns: 80, rows: 24 },
    });
    terminal.type('echo attached-$((40+2))\n');
    await terminal.sees('attached-42');
    terminal.close();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await stateOf(container)).toBe('running');
  });

  it('ends with the container', async () => {
    const { at, container } = await run();
    const terminal = await TerminalClient.open(gateway, at, { action: 'exec', command: ['sh'] });
    await container.kill();
    await terminal.ended();
    expect(terminal.last).toMatchObject({ type: 'exit' });
  });

  it('says that a program is not there', async () => {
    const { at } = await run();
    const terminal = await TerminalClient.open(gateway, at, { action: 'exec', command: ['no-such-program'] });
    await terminal.ended();
    expect(terminal.last?.type === 'exit' ? terminal.last.exitCode : terminal.last?.type).toSatisfy(
      (value: unknown) => value === 'problem' || value === 126 || value === 127,
    );
  });

  it('opens a shell on the host where that is allowed', async () => {
    const terminal = await TerminalClient.open(gateway, `/hosts/${HOST}`, {
      action: 'host-shell',
      size: { columns: 77, rows: 22 },
    });
    terminal.type('stty size; echo pid-$PPID-end; exit 4\n');
    await terminal.sees('22 77');
    await terminal.sees(`pid-${process.pid}-end`);
    await terminal.ended();
    expect(terminal.last).toMatchObject({ type: 'exit', exitCode: 4 });
  });

  it('is recorded as it was seen', async () => {
    const { at } = await run();
    const terminal = await TerminalClient.open(gateway, at, { action: 'exec', command: ['sh'] });
    terminal.type('echo recorded-$((1+1)); exit\n');
    await terminal.ended();
    const [opened] = terminal.messages;
    const attempt = opened?.type === 'opened' ? opened.attempt : '';
    expect(await readdir(recordings)).toContain(`${attempt}.cast`);
    const shown = (await readFile(path.join(recordings, `${attempt}.cast`), 'utf8'))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => (JSON.parse(line) as [number, string, string])[2])
      .join('');
    expect(shown).toBe(terminal.output.toString());
  });
});

describe('gzip', () => {
  it('is for those who take it', async () => {
    const { at, container } = await run({ Cmd: ['sh', '-c', 'yes hello | head -n 5000'] });
    await container.wait();
    const { request } = await import('node:http');
    const headers = { ...(await gateway.headers('view')), 'accept-encoding': 'gzip' };
    let encoding: string | undefined;
    const body = await new Promise<Buffer>((resolve, reject) => {
      request(`${gateway.url}/view/v1${at}/logs?format=text`, { headers }, (response) => {
        encoding = response.headers['content-encoding'];
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks)));
      })
        .on('error', reject)
        .end();
    });
    expect(encoding).toBe('gzip');
    expect(gunzipSync(body).toString().split('\n')).toHaveLength(5001);
  });
});
