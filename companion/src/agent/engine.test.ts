import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectEngine, engineCall, openLog } from './engine.js';

let folder: string;
let engine: Server;
let open: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'));
  open = 0;
});
afterEach(async () => {
  engine.closeAllConnections();
  engine.close();
  await once(engine, 'close');
  await rm(folder, { recursive: true, force: true });
});

/** A runtime that answers by `answer`, or never. */
async function runtime(answer: RequestListener = () => undefined): Promise<string> {
  engine = createServer(answer);
  engine.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
  });
  const socketPath = join(folder, 'engine.sock');
  engine.listen(socketPath);
  await once(engine, 'listening');
  return socketPath;
}

async function allClosed(): Promise<void> {
  while (open > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a runtime that hangs', () => {
  it.each<[string, RequestListener | undefined]>([
    ['says nothing', undefined],
    ['stops in the middle of its answer', (_, response) => void response.write('{"Id":')],
  ])('and %s is given up, and its connections are closed', async (_, answer) => {
    const docker = connectEngine(await runtime(answer), { look: 50, act: 100 });
    const container = docker.getContainer('a'.repeat(64));
    await Promise.all([
      expect(engineCall('Looking', container.inspect())).rejects.toMatchObject({
        code: 'engine-failed',
        message: 'Looking: the container runtime did not answer in 0.05 s.',
      }),
      expect(engineCall('Stopping', container.stop({ t: 1 }))).rejects.toMatchObject({
        message: 'Stopping: the container runtime did not answer in 0.1 s.',
      }),
    ]);
    await allClosed();
  });

  it('is left at once by who reads a log and goes', async () => {
    const docker = connectEngine(await runtime(), { look: 60_000, act: 60_000 });
    const leave = new AbortController();
    const reading = openLog(docker, 'containers/x', {}, leave.signal);
    await once(engine, 'request');
    leave.abort();
    await expect(reading).rejects.toMatchObject({ code: 'engine-failed' });
    await allClosed();
  });
});

it('a log that was begun goes on for as long as it takes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let end: (() => void) | undefined;
    const socketPath = await runtime((_, response) => {
      response.write('first ');
      end = () => response.end('last');
    });
    const docker = connectEngine(socketPath, { look: 1_000, act: 1_000 });
    let text = '';
    for await (const chunk of await openLog(docker, 'containers/x', {}, new AbortController().signal)) {
      text += String(chunk);
      vi.advanceTimersByTime(60_000);
      end?.();
    }
    expect(text).toBe('first last');
  } finally {
    vi.useRealTimers();
  }
});
