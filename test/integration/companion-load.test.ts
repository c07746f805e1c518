import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogLine } from '../../companion/src/protocol/actions/logs.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { makeSecrets, startAgent, startGateway, until, type TestGateway } from '../engines/companion.js';
import { TerminalClient } from '../engines/terminal-client.js';

const IMAGE = 'toposcope-test-companion-load';
const HOST = 'busy';
const TERMINALS = 50;
const SLOW_READERS = 100;
const docker = new Docker();
const secrets = makeSecrets();
const containers: Docker.Container[] = [];
let gateway: TestGateway;
let agent: { stop(): Promise<void> };
let idle: Docker.Container;
let noisy: Docker.Container;

const run = async (Cmd: string[]): Promise<Docker.Container> => {
  const container = await docker.createContainer({ Image: IMAGE, HostConfig: { NetworkMode: 'none' }, Cmd });
  containers.push(container);
  await container.start();
  return container;
};
const descriptors = (): number => readdirSync('/proc/self/fd').length;
const at = (container: Docker.Container): string => `/hosts/${HOST}/containers/${container.id}`;

beforeAll(async () => {
  await buildBusyboxImage(docker, IMAGE);
  idle = await run(['sleep', '3600']);
  noisy = await run(['sh', '-c', 'yes "a line that goes on and on and on and on" | head -n 100000']);
  await noisy.wait();
  gateway = await startGateway(secrets, { policy: 'rules: [{ allow: "*" }]' });
  agent = startAgent(secrets, { host: HOST, gateway: new URL(gateway.url) });
  await until('the agent is connected', () => gateway.register.size === 1);
});
afterAll(async () => {
  await agent.stop();
  await gateway.close();
  await Promise.all(containers.map((container) => container.remove({ force: true })));
  await docker.getImage(IMAGE).remove({ force: true });
});

async function slowLog(): Promise<Readable> {
  const asked = request(`${gateway.url}/view/v1${at(noisy)}/logs`, {
    agent: false,
    headers: await gateway.headers('view'),
  });
  asked.on('error', () => undefined);
  asked.end();
  const [response] = (await once(asked, 'response')) as [Readable];
  response.on('error', () => undefined);
  return response;
}

describe('many at once', () => {
  it('200 agents are all there, all asked, all gone, and leave no descriptor open', async () => {
    const before = descriptors();
    const agents = Array.from({ length: 200 }, (_, i) =>
      startAgent(secrets, { host: `many-${i}`, gateway: new URL(gateway.url) }),
    );
    await until('all are there', () => gateway.register.size === 201, 60_000);
    const answers: boolean[] = [];
    for (let i = 0; i < agents.length; i += 1) {
      const response = await gateway.get('view', `/hosts/many-${i}/containers/${idle.id}`);
      answers.push(response.ok && ((await response.json()) as { id: string }).id === idle.id);
    }
    expect(answers.every(Boolean)).toBe(true);
    await Promise.all(agents.map((each) => each.stop()));
    await until('all are gone', () => gateway.register.size === 1);
    await until('their descriptors are closed', () => descriptors() <= before + 20);
  });

  it('50 terminals and 100 logs with slow readers get along, and leave nothing behind', async () => {
    const before = descriptors();
    const logs = await Promise.all(Array.from({ length: SLOW_READERS }, slowLog));
    const terminals = await Promise.all(
      Array.from({ length: TERMINALS }, (_, i) =>
        TerminalClient.open(gateway, at(idle), { action: 'exec', command: ['sh'] }, `user-${i % 10}`),
      ),
    );
    terminals.forEach((terminal, i) => terminal.type(`echo answer-${i}-$((40+2))\n`));
    await Promise.all(terminals.map((terminal, i) => terminal.sees(`answer-${i}-42`)));

    const [slow, ...others] = logs;
    if (slow === undefined) {
      throw new Error('no reader');
    }
    let lines = 0;
    slow.on('data', (chunk: Buffer) => (lines += chunk.toString().split('\n').length - 1));
    await once(slow, 'end');
    expect(lines).toBe(100_000);

    terminals.forEach((terminal) => terminal.close());
    others.forEach((log) => log.destroy());
    await until('their programs have ended', async () => {
      const { Processes } = (await idle.top()) as { Processes: string[][] };
      return Processes.length === 1;
    });
    await until('their descriptors are closed', () => descriptors() <= before + 20);
    await until('each end is written down', async () => {
      const lines = await gateway.audit();
      const started = lines.filter(({ outcome }) => outcome === 'started').length;
      return started === lines.filter(({ outcome }) => outcome === 'done' || outcome === 'failed').length;
    });
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('toposcope_companion_sessions 0');
  });
});

describe('what containers do to hurt', () => {
  it('a line of 10 MB without an end comes whole, in parts', async () => {
    const container = await run(['sh', '-c', 'head -c 10485760 /dev/zero | tr "\\0" z']);
    await container.wait();
    const text = await (await gateway.get('view', `${at(container)}/logs`)).text();
    const parts = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
    expect(parts.reduce((sum, { line }) => sum + line.length, 0)).toBe(10_485_760);
    expect(Math.max(...parts.map(({ line }) => line.length))).toBeLessThanOrEqual(65_536);
  });

  it('labels, arguments and log lines from hell arrive as they are', async () => {
    const evil = '"><script>\u0000\u202e\\"\n${jndi}'.replace('\u0000', '');
    const container = await docker.createContainer({
      Image: IMAGE,
      HostConfig: { NetworkMode: 'none' },
      Labels: { [evil]: evil, __proto__x: evil },
      Cmd: ['sh', '-c', "printf '%s\\n' \"$0\"; printf '\\377\\000\\033[2J\\n'", evil],
    });
    containers.push(container);
    await container.start();
    await container.wait();
    const facts = (await (await gateway.get('view', at(container))).json()) as {
      labels: Record<string, string>;
    };
    expect(facts.labels[evil]).toBe(evil);
    const log = await (await gateway.get('view', `${at(container)}/logs`)).text();
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as LogLine).line);
    expect(lines).toEqual([...evil.split('\n'), '\ufffd\u0000\u001b[2J']);
  });

  it('an exec that never ends ends when its reader leaves', async () => {
    const terminal = await TerminalClient.open(gateway, at(idle), {
      action: 'exec',
      command: ['yes'],
      tty: false,
    });
    await terminal.until(() => terminal.bytes > 1_000_000);
    terminal.close();
    await until('it has ended', async () => {
      const { Processes } = (await idle.top()) as { Processes: string[][] };
      return Processes.length === 1;
    });
    await sleep(100);
  });
});
