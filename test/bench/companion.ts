import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Docker from 'dockerode';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { makeSecrets, startAgent, startGateway, until, type TestGateway } from '../engines/companion.js';
import { TerminalClient } from '../engines/terminal-client.js';
import { median } from '../measure/median.js';

const IMAGE = `toposcope-bench-companion-${randomBytes(4).toString('hex')}`;
const HOST = 'bench';
const LOG_LINES = 400_000;
const KEY_PRESSES = 301;
const RUNS = 5;

/**
 * `echo_p50_ms`: a key press in a shell until its echo is back, over WebSocket, gateway, tunnel, agent and engine.
 * `log_throughput_ratio`: lines of one log a second as NDJSON through gateway and agent, over those of the engine's own
 * API read bare by this process; alternating, median of five. `rss_growth_mib`: how much more memory this process (gateway,
 * agents and clients in one) holds after 200 agents, 50 terminals and 100 logs with slow readers have come and gone twice,
 * over what it held when they had twice before.
 */
export async function run(): Promise<Record<string, number>> {
  const docker = new Docker();
  await buildBusyboxImage(docker, IMAGE);
  const containers: Docker.Container[] = [];
  const secrets = makeSecrets();
  const gateway = await startGateway(secrets, { policy: 'rules: [{ allow: "*" }]' });
  const agent = startAgent(secrets, { host: HOST, gateway: new URL(gateway.url) });
  try {
    const start = async (Cmd: string[]): Promise<Docker.Container> => {
      const container = await docker.createContainer({
        Image: IMAGE,
        HostConfig: { NetworkMode: 'none' },
        Cmd,
      });
      containers.push(container);
      await container.start();
      return container;
    };
    await until('the agent is connected', () => gateway.register.size === 1);
    const idle = await start(['sleep', '3600']);
    const noisy = await start([
      'sh',
      '-c',
      `yes "2026-01-01 12:00:00 INFO a request for /shop/cart took 12 ms and was answered with 200" | head -n ${LOG_LINES}`,
    ]);
    await noisy.wait();
    const echo = await echoMedian(gateway, idle.id);
    const ratio = await throughputRatio(docker, gateway, noisy.id);
    const growth = await memoryGrowth(gateway, idle.id, noisy.id);
    return { echo_p50_ms: echo, log_throughput_ratio: ratio, rss_growth_mib: growth };
  } finally {
    await agent.stop();
    await gateway.close();
    await Promise.all(containers.map((container) => container.remove({ force: true })));
    await docker.getImage(IMAGE).remove({ force: true });
  }
}

async function echoMedian(gateway: TestGateway, id: string): Promise<number> {
  const terminal = await TerminalClient.open(gateway, `/hosts/${HOST}/containers/${id}`, {
    action: 'exec',
    command: ['sh'],
  });
  await terminal.sees('#');
  const times: number[] = [];
  for (let i = 0; i < KEY_PRESSES; i += 1) {
    const echoed = once(terminal.socket, 'message');
    const pressed = performance.now();
    terminal.type(i % 40 === 39 ? '\u0015' : 'x');
    await echoed;
    times.push(performance.now() - pressed);
    await sleep(5);
  }
  terminal.close();
  return median(times);
}

async function throughputRatio(docker: Docker, gateway: TestGateway, id: string): Promise<number> {
  const ratios: number[] = [];
  for (let i = 0; i <= RUNS; i += 1) {
    const bare = await secondsToRead(await engineLog(docker, id));
    const ours = await secondsToRead(await gatewayLog(gateway, id));
    // The first one warms both up.
    if (i > 0) {
      ratios.push(bare / ours);
    }
  }
  return median(ratios);
}

async function secondsToRead(source: Readable): Promise<number> {
  const started = performance.now();
  source.resume();
  await once(source, 'end');
  return (performance.now() - started) / 1000;
}

async function engineLog(docker: Docker, id: string): Promise<Readable> {
  return ask({
    socketPath: '/var/run/docker.sock',
    path: `/containers/${id}/logs?stdout=1&stderr=1&timestamps=1`,
  });
}

async function gatewayLog(gateway: TestGateway, id: string): Promise<Readable> {
  return ask({
    port: gateway.port,
    path: `/view/v1/hosts/${HOST}/containers/${id}/logs`,
    headers: await gateway.headers('view'),
  });
}

async function ask(options: {
  port?: number;
  socketPath?: string;
  path: string;
  headers?: Record<string, string>;
}): Promise<Readable> {
  const asked = request(options);
  asked.end();
  const [response] = (await once(asked, 'response')) as [Readable];
  return response;
}

const TERMINALS = 50;
const SLOW_READERS = 100;
const AGENTS = 200;

async function memoryGrowth(gateway: TestGateway, idle: string, noisy: string): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const settled = async (): Promise<number> => {
    await sleep(1_000);
    collect();
    return process.memoryUsage().rss / 2 ** 20;
  };
  // What is loaded, compiled and kept for the next time is no leak, so the first two do not count.
  await crowd(gateway, idle, noisy);
  await crowd(gateway, idle, noisy);
  const before = await settled();
  await crowd(gateway, idle, noisy);
  await crowd(gateway, idle, noisy);
  return Math.max(0, (await settled()) - before);
}

async function crowd(gateway: TestGateway, idle: string, noisy: string): Promise<void> {
  const agents = Array.from({ length: AGENTS }, (_, i) =>
    startAgent(gateway.secrets, { host: `many-${i}`, gateway: new URL(gateway.url) }),
  );
  await until('all agents are connected', () => gateway.register.size === AGENTS + 1, 60_000);
  const at = `/hosts/${HOST}/containers/${idle}`;
  const terminals = await Promise.all(
    Array.from({ length: TERMINALS }, (_, i) =>
      TerminalClient.open(gateway, at, { action: 'exec', command: ['sh'] }, `user-${i % 10}`),
    ),
  );
  const logs = await Promise.all(Array.from({ length: SLOW_READERS }, () => gatewayLog(gateway, noisy)));
  for (const terminal of terminals) {
    terminal.type('i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo line $i; done; echo do""ne\n');
  }
  await Promise.all(terminals.map((terminal) => terminal.sees('done\r\n')));
  await sleep(2_000);
  logs.forEach((log) => log.destroy());
  terminals.forEach((terminal) => terminal.close());
  await Promise.all(agents.map((agent) => agent.stop()));
  await until('the agents have gone', () => gateway.register.size === 1);
  await sleep(3_000);
}
