import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FollowedRuntime } from './container.js';
import { createDockerRuntime } from './docker.js';
import { RuntimeAbsent } from './runtime-error.js';

const ID = (digit: string) => digit.repeat(64);

/** An engine's HTTP API on a real socket, driven by the test: what the client library does on the wire is real. */
class FakeEngine {
  readonly containers = new Map<string, { HostConfig?: object; [name: string]: unknown }>();
  readonly inspected: string[] = [];
  /** Of these it tells nothing while they start. */
  readonly locked = new Set<string>();
  services: object[] = [];
  pods: object[] | undefined;
  versionAnswer: object = { Version: '20.10.24', Components: [{ Name: 'Engine' }] };
  silent = false;
  /** What it remembers of events. */
  past: object[] = [];
  /** Refuses to tell of the past. */
  isForgetful = false;
  private readonly streams = new Set<ServerResponse>();
  private server: Server | undefined;

  constructor(readonly socketPath: string) {}

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://engine');
      const path = pathname.replace(/^\/v[\d.]+/, '');
      if (!this.silent && path === '/events' && searchParams.has('until')) {
        const lines = this.past.map((event) => `${JSON.stringify(event)}\n`).join('');
        response.writeHead(this.isForgetful ? 400 : 200, { 'content-type': 'application/json' }).end(lines);
      } else if (!this.silent) {
        this.answer(path, response);
      }
    });
    await new Promise<void>((resolve) => this.server?.listen(this.socketPath, resolve));
  }

  async stop(): Promise<void> {
    this.streams.forEach((stream) => stream.destroy());
    this.streams.clear();
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
    this.server = undefined;
  }

  emit(event: object | string): void {
    const line = typeof event === 'string' ? event : JSON.stringify(event);
    this.streams.forEach((stream) => stream.write(`${line}\n`));
  }

  private answer(path: string, response: ServerResponse): void {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const id = /^\/containers\/([0-9a-f]+)\/json$/.exec(path)?.[1];
    if (path === '/version') {
      send(200, this.versionAnswer);
    } else if (path === '/events') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      this.streams.add(response);
    } else if (path === '/info') {
      send(200, { Swarm: { ControlAvailable: this.services.length > 0 } });
    } else if (path === '/services') {
      send(200, this.services);
    } else if (path === '/libpod/pods/json' && this.pods !== undefined) {
      send(200, this.pods);
    } else if (path === '/containers/json') {
      send(
        200,
        [...this.containers].map(([Id, { HostConfig }]) => ({ Id, HostConfig })),
      );
    } else if (id !== undefined) {
      this.inspected.push(id);
      if (this.locked.has(id)) {
        return;
      }
      const found = this.containers.get(id);
      send(found === undefined ? 404 : 200, found ?? { message: 'No such container' });
    } else {
      send(404, { message: 'unknown' });
    }
  }
}

let directory: string;
let engine: FakeEngine;
let runtime: FollowedRuntime | undefined;
const log = { info: vi.fn(), warn: vi.fn() };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'toposcope-engine-'));
  engine = new FakeEngine(join(directory, 'engine.sock'));
  vi.clearAllMocks();
});
afterEach(async () => {
  await runtime?.close();
  runtime = undefined;
  await engine.stop();
  rmSync(directory, { recursive: true, force: true });
});

function follow(required = true): FollowedRuntime {
  runtime = createDockerRuntime({ socketPath: engine.socketPath, required, log, shortestWaitMs: 10 });
  return runtime;
}

const names = (of: FollowedRuntime) => of.containers().map(({ name }) => name);
const running = (name: string) => ({ Name: `/${name}`, State: { Status: 'running', Pid: 7 } });
const put = (digit: string, name: string) =>
  engine.containers.set(ID(digit), { Id: ID(digit), ...running(name) });

describe('createDockerRuntime', () => {
  it('lists what there is at the start', async () => {
    put('a', 'web');
    put('b', 'db');
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    expect(names(found).sort()).toEqual(['db', 'web']);
    expect(found.problem()).toBeUndefined();
    expect(found.containers()[0]).toMatchObject({ runtime: 'docker', state: 'running', pid: 7 });
  });

  it('recognises Podman, and asks it for the pods that Docker’s API does not know', async () => {
    put('a', 'web');
    put('b', 'alone');
    engine.versionAnswer = { Components: [{ Name: 'Podman Engine' }] };
    const pod = { Id: ID('9'), Name: 'shop' };
    engine.pods = [
      { ...pod, Containers: [{ Id: ID('a') }] },
      { Id: ID('8'), Name: 'empty', Containers: null },
    ];
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    expect(found.containers().map(({ name, runtime: of, pod: its }) => [name, of, its?.name])).toEqual([
      ['web', 'podman', 'shop'],
      ['alone', 'podman', undefined],
    ]);
    put('c', 'cart');
    engine.pods = [{ ...pod, Containers: [{ Id: ID('a') }, { Id: ID('c') }] }];
    engine.emit({ Type: 'container', Action: 'start', Actor: { ID: ID('c') } });
    await vi.waitFor(() => expect(found.containers()[2]?.pod).toEqual({ id: ID('9'), name: 'shop' }));
    expect(log.warn).not.toHaveBeenCalled();
  });

  it('shows the containers of a Podman that refuses to tell of its pods, and says so once', async () => {
    put('a', 'web');
    engine.versionAnswer = { Components: [{ Name: 'Podman Engine' }] };
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    put('b', 'db');
    engine.emit({ Type: 'container', Action: 'start', Actor: { ID: ID('b') } });
    await vi.waitFor(() => expect(names(found)).toEqual(['web', 'db']));
    expect(log.warn.mock.calls).toEqual([
      [
        'Which pod each container is in is not known, since Podman does not tell it: Podman answered 404 to /v4.0.0/libpod/pods/json',
      ],
    ]);
  });

  it('tells what a Swarm’s manager says of its services, and again when one changes', async () => {
    const service = (running: number) => ({
      Spec: { Name: 'web' },
      ServiceStatus: { RunningTasks: running, DesiredTasks: 3 },
    });
    engine.services = [service(1)];
    await engine.start();
    const found = follow();
    await vi.waitFor(() =>
      expect(found.services?.()).toMatchObject([{ name: 'web', desired: 3, running: 1 }]),
    );
    engine.services = [service(3)];
    engine.emit({ Type: 'service', Action: 'update', Actor: { ID: 's' } });
    await vi.waitFor(() => expect(found.services?.()).toMatchObject([{ running: 3 }]));
  });

  it('follows events: a start, a rename, an end, a removal', async () => {
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    put('a', 'new');
    engine.emit({ Type: 'container', Action: 'start', Actor: { ID: ID('a') } });
    await vi.waitFor(() => expect(names(found)).toEqual(['new']));
    put('a', 'renamed');
    engine.emit({ Type: 'container', Action: 'rename', Actor: { ID: ID('a') } });
    await vi.waitFor(() => expect(names(found)).toEqual(['renamed']));
    engine.containers.set(ID('a'), {
      Id: ID('a'),
      State: { Status: 'exited', ExitCode: 3, StartedAt: '2026-01-01T00:00:00Z' },
    });
    engine.emit({ Type: 'container', Action: 'die', Actor: { ID: ID('a') } });
    await vi.waitFor(() => expect(found.containers()[0]).toMatchObject({ state: 'exited', exitCode: 3 }));
    engine.containers.delete(ID('a'));
    engine.emit({ Type: 'container', Action: 'destroy', Actor: { ID: ID('a') } });
    await vi.waitFor(() => expect(names(found)).toEqual([]));
  });

  it('looks again at a container that joins a network', async () => {
    put('a', 'web');
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    engine.containers.set(ID('a'), {
      Id: ID('a'),
      ...running('web'),
      NetworkSettings: { Networks: { back: { IPAddress: '10.1.0.2' } } },
    });
    engine.emit({
      Type: 'network',
      Action: 'connect',
      Actor: { ID: 'n', Attributes: { container: ID('a') } },
    });
    await vi.waitFor(() =>
      expect(found.containers()[0]?.addresses).toEqual([{ network: 'back', ip: '10.1.0.2' }]),
    );
  });

  it('tells of each container that has started, once, and of those that run when it comes', async () => {
    const started: string[] = [];
    put('a', 'web');
    engine.containers.set(ID('b'), { Id: ID('b'), Name: '/created', State: { Status: 'created', Pid: 0 } });
    await engine.start();
    runtime = createDockerRuntime({
      ...{ socketPath: engine.socketPath, required: true, log, shortestWaitMs: 10 },
      onStarted: ({ name, pid }) => started.push(`${name} ${pid}`),
    });
    await runtime.firstAttempt;
    expect(started).toEqual(['web 7']);
    engine.containers.set(ID('b'), { Id: ID('b'), Name: '/b', State: { Status: 'running', Pid: 8 } });
    for (const Action of ['start', 'update']) {
      engine.emit({ Type: 'container', Action, Actor: { ID: ID('b') } });
    }
    engine.containers.set(ID('a'), { Id: ID('a'), Name: '/web', State: { Status: 'running', Pid: 9 } });
    engine.emit({ Type: 'container', Action: 'start', Actor: { ID: ID('a') } });
    await vi.waitFor(() => expect(started).toEqual(['web 7', 'b 8', 'web 9']));
  });

  it('tells when a container has ended, and which addresses it had', async () => {
    const ended: string[] = [];
    engine.containers.set(ID('a'), {
      Id: ID('a'),
      ...running('web'),
      NetworkSettings: { Networks: { back: { IPAddress: '10.1.0.2' } } },
    });
    await engine.start();
    runtime = createDockerRuntime({
      ...{ socketPath: engine.socketPath, required: true, log, shortestWaitMs: 10 },
      onEnded: ({ addresses }, seconds) => ended.push(`${addresses[0]?.ip ?? ''} ${seconds}`),
    });
    await runtime.firstAttempt;
    engine.containers.delete(ID('a'));
    engine.emit({ Type: 'container', Action: 'die', Actor: { ID: ID('b') }, timeNano: 1e9 });
    engine.emit({
      Type: 'container',
      Action: 'die',
      Actor: { ID: ID('a') },
      timeNano: 1_700_000_000_500_000_000,
    });
    await vi.waitFor(() => expect(ended).toEqual(['10.1.0.2 1700000000.5']));
  });

  it('tells of each that joins another’s network, though it has ended by then, and waits while it knows no better', async () => {
    const joined: string[] = [];
    await engine.start();
    runtime = createDockerRuntime({
      ...{ socketPath: engine.socketPath, required: true, log, shortestWaitMs: 10 },
      onJoined: ({ id }) => joined.push(id.slice(0, 1)),
    });
    await runtime.firstAttempt;
    engine.containers.set(ID('a'), {
      Id: ID('a'),
      Name: '/brief',
      State: { Status: 'exited', Pid: 0, StartedAt: '2026-01-01T00:00:00Z' },
      HostConfig: { NetworkMode: `container:${ID('b')}` },
    });
    for (const heard of [['a'], ['a', 'a']]) {
      engine.emit({ Type: 'container', Action: 'start', Actor: { ID: ID('a') } });
      await vi.waitFor(() => expect(joined).toEqual(heard));
    }
    await vi.waitFor(() => expect(runtime?.isMaking?.()).toBe(false));
    engine.locked.add(ID('c'));
    engine.containers.set(ID('c'), { HostConfig: { NetworkMode: `container:${ID('b')}` } });
    engine.emit({ Type: 'container', Action: 'create', Actor: { ID: ID('c') } });
    await vi.waitFor(() => expect(joined).toEqual(['a', 'a', 'c']));
    expect(runtime.isMaking?.()).toBe(true);
  });

  describe('asked who has joined whose network', () => {
    const base = `container:${ID('b')}`;
    const created = (digit: string) => ({ Type: 'container', Action: 'create', Actor: { ID: ID(digit) } });
    let joined: string[];

    beforeEach(async () => {
      joined = [];
      await engine.start();
      runtime = createDockerRuntime({
        ...{ socketPath: engine.socketPath, required: true, log, shortestWaitMs: 10 },
        onJoined: ({ id, networkMode }) => joined.push(`${id.slice(0, 1)} ${networkMode ?? 'any'}`),
      });
      await runtime.firstAttempt;
    });

    it('knows those that the stream of events has not told of yet, each once', async () => {
      engine.containers.set(ID('a'), { HostConfig: { NetworkMode: base } });
      engine.containers.set(ID('c'), { HostConfig: { NetworkMode: 'bridge' } });
      engine.past = [created('a'), created('c')];
      await runtime?.settle?.();
      expect(joined).toEqual([`a ${base}`]);
      await runtime?.settle?.();
      expect(joined).toEqual([`a ${base}`]);
    });

    it('takes one that is gone for a visitor of any, unless it had a network of its own', async () => {
      const attributes = { container: ID('d') };
      engine.past = [
        ...[created('c'), created('d')],
        { Type: 'network', Action: 'connect', Actor: { ID: ID('0'), Attributes: attributes } },
      ];
      await runtime?.settle?.();
      expect(joined).toEqual(['c any']);
    });

    it('asks for what the stream has not told yet of one that is gone', async () => {
      const attributes = { container: ID('d') };
      engine.past = [{ Type: 'network', Action: 'connect', Actor: { ID: ID('0'), Attributes: attributes } }];
      engine.emit(created('d'));
      engine.emit(created('c'));
      await vi.waitFor(() => expect(joined).toEqual(['c any']));
    });

    it('asks for a list where the engine does not tell of the past', async () => {
      engine.isForgetful = true;
      engine.containers.set(ID('a'), { HostConfig: { NetworkMode: base } });
      await runtime?.settle?.();
      expect(joined).toEqual([`a ${base}`]);
    });

    it('says that it does not know when the engine has just been lost, and asks again for what was made meanwhile', async () => {
      await runtime?.settle?.();
      await engine.stop();
      await vi.waitFor(() => expect(runtime?.problem()).toBeDefined());
      await expect(runtime?.settle?.()).rejects.toThrow('does not answer');
      engine.past = [created('c')];
      await engine.start();
      await vi.waitFor(() => runtime?.settle?.());
      expect(joined).toEqual(['c any']);
    });

    it('takes an engine that has been away for long for one that makes nothing', async () => {
      await runtime?.close();
      runtime = createDockerRuntime({
        ...{ socketPath: engine.socketPath, required: true, log, shortestWaitMs: 10, answerWithinMs: 200 },
      });
      await runtime.firstAttempt;
      await engine.stop();
      await vi.waitFor(() => runtime?.settle?.());
    });
  });

  it('does not wait for the engine to tell of a container that it is still starting', async () => {
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    for (const digit of '0123456789') {
      put(digit, digit);
      engine.locked.add(ID(digit));
      engine.emit({ Type: 'container', Action: 'create', Actor: { ID: ID(digit) } });
    }
    put('a', 'started');
    engine.emit({ Type: 'container', Action: 'start', Actor: { ID: ID('a') } });
    await vi.waitFor(() => expect(names(found)).toEqual(['started']));
  });

  it('looks at a container that joins its networks while it starts when it has started', async () => {
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    const attached = { ID: 'n', Attributes: { container: ID('a') } };
    engine.emit({ Type: 'network', Action: 'connect', Actor: attached });
    put('a', 'web');
    engine.emit({ Type: 'container', Action: 'start', Actor: { ID: ID('a') } });
    await vi.waitFor(() => expect(names(found)).toEqual(['web']));
    expect(engine.inspected).toEqual([ID('a')]);
  });

  it('does not inspect for commands run inside a container', async () => {
    put('a', 'web');
    put('b', 'db');
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    engine.inspected.length = 0;
    engine.emit({ Type: 'container', Action: 'exec_create: sh -c true', Actor: { ID: ID('a') } });
    engine.emit({ Type: 'container', Action: 'update', Actor: { ID: ID('b') } });
    await vi.waitFor(() => expect(engine.inspected).toEqual([ID('b')]));
  });

  it('drops a container that is gone when it is inspected', async () => {
    put('a', 'web');
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    engine.containers.clear();
    engine.emit({ Type: 'container', Action: 'update', Actor: { ID: ID('a') } });
    await vi.waitFor(() => expect(names(found)).toEqual([]));
  });

  it('survives events that are none', async () => {
    put('a', 'web');
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    for (const odd of ['no json', '[]', '7', 'null', '{"Type":"container"}', '{"Actor":[]}']) {
      engine.emit(odd);
    }
    put('b', 'after');
    engine.emit({ Type: 'container', Action: 'start', Actor: { ID: ID('b') } });
    await vi.waitFor(() => expect(names(found)).toEqual(['web', 'after']));
    expect(found.problem()).toBeUndefined();
  });

  it('leaves out one container that it cannot understand, and says which', async () => {
    put('a', 'web');
    engine.containers.set(ID('b'), { Id: 7 });
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    expect(names(found)).toEqual(['web']);
    expect(log.warn).toHaveBeenCalledWith(expect.stringMatching(/bbbbbbbbbbbb is left out.*Id/s));
  });

  it('keeps the last state and says why when the engine ends, and lists again when it is back', async () => {
    put('a', 'web');
    await engine.start();
    const found = follow();
    await found.firstAttempt;
    await engine.stop();
    await vi.waitFor(() => expect(found.problem()?.message).toContain(engine.socketPath));
    expect(names(found)).toEqual(['web']);
    engine.containers.clear();
    put('b', 'db');
    await engine.start();
    await vi.waitFor(() => expect(found.problem()).toBeUndefined(), { timeout: 5_000 });
    expect(names(found)).toEqual(['db']);
  });

  it('says once that the socket is not there, and that this is nothing bad unless it was asked for', async () => {
    const found = follow(false);
    await found.firstAttempt;
    expect(found.problem()).toBeInstanceOf(RuntimeAbsent);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(log.warn).toHaveBeenCalledOnce();
    await found.close();
    const asked = follow(true);
    await asked.firstAttempt;
    expect(asked.problem()).not.toBeInstanceOf(RuntimeAbsent);
    expect(asked.problem()?.message).toMatch(/engine\.sock does not exist.*--runtime\.docker/);
  });

  it('finds an engine that is installed later', async () => {
    const found = follow(false);
    await found.firstAttempt;
    put('a', 'web');
    await engine.start();
    await vi.waitFor(() => expect(names(found)).toEqual(['web']), { timeout: 5_000 });
    expect(found.problem()).toBeUndefined();
  });

  it('says what to do where nobody listens on the socket', async () => {
    const found = createDockerRuntime({
      socketPath: engine.socketPath,
      required: true,
      log,
      shortestWaitMs: 10,
      connect: () =>
        Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
    });
    await found.firstAttempt;
    expect(found.problem()?.message).toMatch(/Nothing listens on .*start the engine/);
    await found.close();
  });

  it('says what to do without permission', async () => {
    const found = createDockerRuntime({
      socketPath: '/var/run/docker.sock',
      required: true,
      log,
      connect: () => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' })),
    });
    await found.firstAttempt;
    expect(found.problem()?.message).toMatch(/No permission .*\/var\/run\/docker\.sock.*group/);
    await found.close();
  });

  it('gives up on an engine that takes the connection and never answers', async () => {
    engine.silent = true;
    await engine.start();
    const found = createDockerRuntime({
      socketPath: engine.socketPath,
      required: true,
      log,
      shortestWaitMs: 10,
      answerWithinMs: 30,
    });
    runtime = found;
    expect(found.problem()?.message).toMatch(/has not answered yet/);
    await found.firstAttempt;
    expect(found.problem()?.message).toMatch(/does not answer: no answer within 0.03 s/);
    engine.silent = false;
    await vi.waitFor(() => expect(found.problem()).toBeUndefined(), { timeout: 5_000 });
  });

  it('finds out by itself what no event has told: an end, a removal, a newcomer', async () => {
    put('a', 'restarting');
    put('b', 'removed');
    await engine.start();
    runtime = createDockerRuntime({
      socketPath: engine.socketPath,
      required: true,
      log,
      shortestWaitMs: 10,
      relistEveryMs: 20,
    });
    const found = runtime;
    await found.firstAttempt;
    engine.containers.set(ID('a'), { Id: ID('a'), Name: '/restarting', State: { Status: 'exited' } });
    engine.containers.delete(ID('b'));
    put('c', 'new');
    await vi.waitFor(() => {
      expect(
        found
          .containers()
          .map(({ name, state }) => `${name} ${state}`)
          .sort(),
      ).toEqual(['new running', 'restarting exited']);
    });
    expect(found.problem()).toBeUndefined();
  });

  it('closes while it waits for the engine, at once', async () => {
    const found = createDockerRuntime({
      socketPath: '/nonexistent',
      required: true,
      log,
      shortestWaitMs: 60_000,
    });
    await found.firstAttempt;
    await found.close();
  });
});
