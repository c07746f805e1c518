import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { hostname } from 'node:os';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../engines/free-port.js';
import {
  freeStackPorts,
  makeStateFolder,
  npmStart,
  type NpmStart,
  type StackPorts,
} from '../engines/npm-start.js';
import { startPrometheus } from '../engines/prometheus.js';

describe('npm start', () => {
  let ports: StackPorts;
  const state = makeStateFolder();
  const running: NpmStart[] = [];
  const servers: Server[] = [];

  beforeAll(async () => {
    ports = await freeStackPorts();
  });
  afterEach(async () => {
    for (const stack of running.splice(0)) {
      stack.interrupt();
      await stack.exited;
    }
    for (const server of servers.splice(0)) {
      server.close();
    }
    state.remove();
  });

  function start(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): NpmStart {
    const stack = npmStart(ports, state.path, flags, env);
    running.push(stack);
    return stack;
  }

  it.each([
    ['viewer', '--port'],
    ['prometheus', '--prometheus-port'],
    ['exporter', '--exporter-port'],
  ] as const)('names a port that is in use (%s) and the flag that changes it', async (part, flag) => {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(ports[part], '127.0.0.1', resolve));
    const stack = start();
    expect(await stack.exited).toBe(1);
    expect(stack.output()).toContain(`Port ${ports[part]}`);
    expect(stack.output()).toContain(`choose another with ${flag}.`);
  });

  it('says that nothing answers at --prometheus-url', async () => {
    const port = await freePort();
    const stack = start([`--prometheus-url=http://127.0.0.1:${port}`]);
    expect(await stack.exited).toBe(1);
    expect(stack.output()).toContain(`--prometheus-url http://127.0.0.1:${port}: Prometheus does not answer`);
  });

  it('says that what answers at --prometheus-url is no Prometheus', async () => {
    const server = createServer((_request, response) => response.end('<html>hello</html>'));
    servers.push(server);
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const stack = start([`--prometheus-url=http://127.0.0.1:${port}`]);
    expect(await stack.exited).toBe(1);
    expect(stack.output()).toContain("no answer of Prometheus' API");
  });

  it('starts no Prometheus where one is given, and prints what to add to its configuration', async () => {
    const prometheus = await startPrometheus([`127.0.0.1:${ports.exporter}`]);
    try {
      const stack = start([`--prometheus-url=${prometheus.url}`]);
      await stack.ready;
      expect(stack.output()).toMatch(new RegExp(`targets:\\s+- 127\\.0\\.0\\.1:${ports.exporter}\\n`));
      await expect(fetch(`http://127.0.0.1:${ports.prometheus}/`)).rejects.toThrow();
      // Its companion, as the page asks for it.
      const proxy = `http://127.0.0.1:${ports.viewer}/api/datasources/proxy/uid/toposcope`;
      const allowed: unknown = await (
        await fetch(`${proxy}/admin/v1/capabilities?host=${hostname()}`)
      ).json();
      expect(allowed).toMatchObject({ role: 'Admin', allowed: ['list'] });
    } finally {
      await prometheus.stop();
    }
  });

  it('says why there are no containers, and shows the rest', async () => {
    const stack = start(['--demo'], { DOCKER_HOST: 'unix:///nowhere/docker.sock' });
    await stack.ready;
    expect(stack.output()).toContain('unix:///nowhere/docker.sock');
    expect(stack.output()).toMatch(/Demo\s+not running/);
    expect((await fetch(`http://127.0.0.1:${ports.viewer}/`)).status).toBe(200);
  });

  it('refuses a second stack on the same state folder, and names the process', async () => {
    const first = start();
    await first.ready;
    const second = npmStart(await freeStackPorts(), state.path);
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(/runs already, as process \d+/);
  });

  it('ends with the last words of a part that dies', async () => {
    const stack = start();
    await stack.ready;
    const { children } = JSON.parse(await readFile(`${state.path}/run.json`, 'utf8')) as {
      children: { pid: number }[];
    };
    process.kill(children[1]?.pid ?? 0, 'SIGKILL');
    expect(await stack.exited).toBe(1);
    expect(stack.output()).toContain('Prometheus ended (SIGKILL). The last lines of');
  });
});
