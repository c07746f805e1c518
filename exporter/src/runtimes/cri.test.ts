import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FollowedRuntime } from './container.js';
import { createCriRuntime } from './cri.js';
import { CRI_PROTOCOL } from './cri-protocol.js';
import { RuntimeAbsent } from './runtime-error.js';

const ID = (digit: string) => digit.repeat(64);
const POD = ID('a');
const WEB = ID('b');
const SIDECAR = ID('c');
const CREATED = 1_795_240_000_000_000_000;

/** A runtime's gRPC API on a real socket, driven by the test. */
class FakeRuntime {
  readonly sandboxes = new Map<string, Record<string, unknown>>();
  readonly containers = new Map<string, Record<string, unknown>>();
  /** Verbose information by id. */
  readonly info = new Map<string, object | string>();
  readonly asked: string[] = [];
  /** How often containers were listed. */
  lists = 0;
  version = { runtime_name: 'cri-o', runtime_version: '1.30.2' };
  private server: Server | undefined;

  constructor(readonly socketPath: string) {}

  async start(spoken = 'v1'): Promise<void> {
    const definition = fromJSON(CRI_PROTOCOL, { keepCase: true, longs: Number, enums: String });
    const v1 = definition['runtime.v1.RuntimeService'] as ServiceDefinition;
    const service = Object.fromEntries(
      Object.entries(v1).map(([name, method]) => [
        name,
        { ...method, path: method.path.replace('.v1.', `.${spoken}.`) },
      ]),
    );
    this.server = new Server();
    const statusOf = (from: ReadonlyMap<string, object>, id: string) => {
      this.asked.push(id);
      const found = from.get(id);
      if (found === undefined) {
        throw Object.assign(new Error(`no ${id}`), { code: status.NOT_FOUND });
      }
      const info = this.info.get(id);
      return {
        status: found,
        info: info === undefined ? {} : { info: typeof info === 'string' ? info : JSON.stringify(info) },
      };
    };
    const answers: Record<string, (request: Record<string, string>) => object> = {
      Version: () => this.version,
      ListPodSandbox: () => ({ items: [...this.sandboxes.values()] }),
      ListContainers: () => {
        this.lists++;
        return { containers: [...this.containers.values()] };
      },
      PodSandboxStatus: ({ pod_sandbox_id = '' }) => statusOf(this.sandboxes, pod_sandbox_id),
      ContainerStatus: ({ container_id = '' }) => statusOf(this.containers, container_id),
    };
    this.server.addService(
      service,
      Object.fromEntries(
        Object.entries(answers).map(([name, answer]) => [
          name,
          ({ request }: ServerUnaryCall<Record<string, string>, object>, callback: sendUnaryData<object>) => {
            try {
              callback(null, answer(request));
            } catch (error) {
              callback(error as ServiceError);
            }
          },
        ]),
      ),
    );
    await new Promise<void>((resolve, reject) =>
      this.server?.bindAsync(`unix:${this.socketPath}`, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      ),
    );
  }

  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
    rmSync(this.socketPath, { force: true });
  }

  /** In the form of CRI-O 1.30, which drops the pod's first process: its information holds no pid. */
  putPod(digit: string, name: string, network: object = { ip: '10.244.1.7' }, mode = 'POD'): void {
    this.sandboxes.set(ID(digit), {
      id: ID(digit),
      metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, attempt: 0 },
      state: 'SANDBOX_READY',
      created_at: CREATED,
      network,
      linux: { namespaces: { options: { network: mode } } },
      labels: { app: 'shop' },
    });
    this.info.set(ID(digit), {
      image: 'registry.k8s.io/pause:3.9',
      runtimeSpec: { hostname: name, process: { args: ['/pause'] } },
    });
  }

  putContainer(digit: string, pod: string, name: string, also: object = {}, pid = 4711): void {
    this.containers.set(ID(digit), {
      id: ID(digit),
      pod_sandbox_id: ID(pod),
      metadata: { name, attempt: 2 },
      state: 'CONTAINER_RUNNING',
      created_at: CREATED + 1e9,
      started_at: CREATED + 2e9,
      image: { image: 'quay.io/shop/web:1.4' },
      image_ref: 'quay.io/shop/web@sha256:0123',
      labels: { 'io.kubernetes.container.name': name, 'io.kubernetes.pod.name': 'web-1' },
      annotations: {},
      ...also,
    });
    this.info.set(ID(digit), {
      sandboxID: ID(pod),
      pid,
      runtimeSpec: { process: { args: ['httpd', '-f'], env: ['PASSWORD=secret', 'NOMAD_JOB_ID=odd'] } },
    });
  }
}

let directory: string;
let runtime: FakeRuntime;
let followed: FollowedRuntime | undefined;
const log = { info: vi.fn(), warn: vi.fn() };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'toposcope-cri-'));
  runtime = new FakeRuntime(join(directory, 'crio.sock'));
  vi.clearAllMocks();
});
afterEach(async () => {
  await followed?.close();
  followed = undefined;
  runtime.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function follow(required = true, answerWithinMs = 10_000): Promise<FollowedRuntime> {
  followed = createCriRuntime({
    socketPath: runtime.socketPath,
    required,
    log,
    shortestWaitMs: 10,
    relistEveryMs: 20,
    answerWithinMs,
  });
  await followed.firstAttempt;
  return followed;
}
const names = (of: FollowedRuntime) =>
  of
    .containers()
    .map(({ name, state }) => `${name} ${state}`)
    .sort();

describe('createCriRuntime', () => {
  it('reads a container with what its pod lends it', async () => {
    runtime.putPod('a', 'web-1', { ip: '10.244.1.7', additional_ips: [{ ip: 'fd00::7' }] });
    const ports = [
      { name: 'http', hostPort: 8080, containerPort: 80, protocol: 'TCP' },
      { containerPort: 9090, protocol: 'TCP' },
      { hostPort: 53, containerPort: 53, protocol: 'UDP', hostIP: '192.0.2.1' },
    ];
    runtime.putContainer('b', 'a', 'web', {
      annotations: { 'io.kubernetes.container.ports': JSON.stringify(ports) },
    });
    await runtime.start();
    const found = await follow();
    expect(found.name).toBe('cri-o');
    expect(found.problem()).toBeUndefined();
    expect(found.containers()).toEqual([
      {
        id: WEB.slice(0, 12),
        fullId: WEB,
        name: 'web',
        image: 'quay.io/shop/web:1.4',
        imageId: 'quay.io/shop/web@sha256:0123',
        runtime: 'cri-o',
        hostname: 'web-1',
        command: 'httpd -f',
        labels: new Map([
          ['io.kubernetes.pod.name', 'web-1'],
          ['io.kubernetes.pod.namespace', 'shop'],
          ['io.kubernetes.pod.uid', 'uid-of-web-1'],
          ['app', 'shop'],
          ['io.kubernetes.container.name', 'web'],
        ]),
        environment: new Map([['NOMAD_JOB_ID', 'odd']]),
        state: 'running',
        health: undefined,
        createdSeconds: CREATED / 1e9 + 1,
        startedSeconds: CREATED / 1e9 + 2,
        restarts: 2,
        exitCode: undefined,
        pid: 4711,
        networkMode: 'pod',
        addresses: [
          { network: 'pod', ip: '10.244.1.7' },
          { network: 'pod', ip: 'fd00::7' },
        ],
        ports: [
          { hostIp: '0.0.0.0', hostPort: 8080, port: 80, protocol: 'tcp' },
          { hostIp: '192.0.2.1', hostPort: 53, port: 53, protocol: 'udp' },
        ],
      },
    ]);
  });

  it.each([
    ['what the user wrote', 'web:1', 'quay.io/shop/web:1.4', 'web:1'],
    ['the name that the runtime knows', '', 'quay.io/shop/web:1.4', 'quay.io/shop/web:1.4'],
    ['its reference instead of an id', '', `sha256:${ID('e')}`, 'quay.io/shop/web@sha256:0123'],
    ['its reference instead of an id without algorithm', '', ID('e'), 'quay.io/shop/web@sha256:0123'],
    ['its reference instead of a short id', ID('e').slice(0, 12), ID('e'), 'quay.io/shop/web@sha256:0123'],
  ])('names an image by %s', async (_what, written, image, name) => {
    runtime.putPod('a', 'web-1');
    runtime.putContainer('b', 'a', 'web', { image: { image, user_specified_image: written } });
    await runtime.start();
    expect((await follow()).containers()).toMatchObject([{ image: name }]);
  });

  it('lets the oldest running container hold the network of a pod without a process of its own', async () => {
    runtime.putPod('a', 'web-1');
    runtime.putContainer('b', 'a', 'young', { created_at: CREATED + 9e9 });
    runtime.putContainer('c', 'a', 'old');
    runtime.putContainer('d', 'a', 'ended', { created_at: CREATED, state: 'CONTAINER_EXITED' });
    await runtime.start();
    const modes = (await follow()).containers().map(({ name, networkMode }) => [name, networkMode]);
    expect(new Map(modes as [string, string][])).toEqual(
      new Map([
        ['young', `container:${POD}`],
        ['old', 'pod'],
        ['ended', `container:${POD}`],
      ]),
    );
  });

  it('shows a pod’s first process as a container, which then holds the network', async () => {
    runtime.putPod('a', 'web-1');
    runtime.info.set(POD, { pid: 7, image: 'registry.k8s.io/pause:3.9', runtimeSpec: { hostname: 'web-1' } });
    runtime.putContainer('b', 'a', 'web');
    await runtime.start();
    const [pod, web] = (await follow()).containers();
    expect(pod).toMatchObject({ fullId: POD, name: 'POD', pid: 7, image: 'registry.k8s.io/pause:3.9' });
    expect(pod?.labels.get('io.kubernetes.pod.uid')).toBe('uid-of-web-1');
    expect([pod?.networkMode, web?.networkMode]).toEqual(['pod', `container:${POD}`]);
  });

  it('gives containers on the host’s network no address, whatever the runtime says', async () => {
    runtime.putPod('a', 'agent', { ip: '192.0.2.10' }, 'NODE');
    runtime.putContainer('b', 'a', 'agent');
    await runtime.start();
    expect((await follow()).containers()).toMatchObject([{ networkMode: 'host', addresses: [] }]);
  });

  it('follows what the lists say: an end, a removal, a newcomer, and an address that comes late', async () => {
    runtime.putPod('a', 'web-1', { ip: '' });
    runtime.putContainer('b', 'a', 'web');
    await runtime.start();
    const found = await follow();
    expect(names(found)).toEqual(['web running']);
    runtime.putPod('a', 'web-1', { ip: '10.244.1.8' });
    await vi.waitFor(() =>
      expect(found.containers()[0]?.addresses).toEqual([{ network: 'pod', ip: '10.244.1.8' }]),
    );
    runtime.putContainer('b', 'a', 'web', { state: 'CONTAINER_EXITED', exit_code: 137 });
    runtime.putContainer('c', 'a', 'sidecar');
    await vi.waitFor(() => expect(names(found)).toEqual(['sidecar running', 'web exited']));
    expect(found.containers().find(({ name }) => name === 'web')).toMatchObject({ exitCode: 137, pid: 0 });
    runtime.containers.delete(WEB);
    await vi.waitFor(() => expect(names(found)).toEqual(['sidecar running']));
  });

  it('asks about a container once, and about one that has not started yet until it has a process', async () => {
    runtime.putPod('a', 'web-1');
    runtime.putContainer('b', 'a', 'web');
    runtime.putContainer('c', 'a', 'slow', {}, 0);
    await runtime.start();
    await follow();
    await vi.waitFor(() => expect(runtime.asked.filter((id) => id === SIDECAR).length).toBeGreaterThan(3));
    expect(runtime.asked.filter((id) => id === WEB)).toHaveLength(1);
    expect(runtime.asked.filter((id) => id === POD)).toHaveLength(1);
  });

  describe('asked whether it has told of all containers', () => {
    const joined: string[] = [];
    const start = async (relistEveryMs = 60_000) => {
      followed = createCriRuntime({
        ...{ socketPath: runtime.socketPath, required: true, log, shortestWaitMs: 10, relistEveryMs },
        onJoined: ({ id, networkMode }) => joined.push(`${id.slice(0, 1)} ${networkMode?.slice(0, 11)}`),
      });
      await followed.firstAttempt;
      return followed;
    };

    beforeEach(async () => {
      joined.length = 0;
      runtime.putPod('a', 'web-1');
      runtime.info.set(POD, { pid: 7 });
      runtime.putContainer('b', 'a', 'web');
      await runtime.start();
    });

    it('lists, and tells of those that began or ended in a pod since the last list, and of none before', async () => {
      const found = await start();
      expect(joined).toEqual([]);
      runtime.putContainer('c', 'a', 'sidecar', { state: 'CONTAINER_EXITED' });
      await found.settle?.();
      expect(joined).toEqual(['c container:a']);
      await found.settle?.();
      runtime.putContainer('b', 'a', 'web', { state: 'CONTAINER_EXITED' });
      await found.settle?.();
      expect(joined).toEqual(['c container:a', 'b container:a']);
    });

    it('tells nothing of containers on the host’s network', async () => {
      const found = await start();
      runtime.putPod('d', 'agent-1', { ip: '192.0.2.10' }, 'NODE');
      runtime.putContainer('c', 'd', 'agent');
      await found.settle?.();
      expect(joined).toEqual([]);
    });

    it('names who holds the network of a pod without a process of its own', async () => {
      const found = await start();
      runtime.putPod('d', 'bare-1');
      runtime.putContainer('e', 'd', 'app');
      runtime.putContainer('f', 'd', 'init', { state: 'CONTAINER_EXITED' });
      await found.settle?.();
      expect(joined).toEqual(['f container:e']);
    });

    it('lists by itself only when it was not asked', async () => {
      const found = await start(1_000);
      const lists = () => runtime.lists;
      const before = lists();
      for (let asked = 0; asked < 10; asked++) {
        await found.settle?.();
        await new Promise((resolve) => setTimeout(resolve, 120));
      }
      expect(lists() - before).toBe(10);
      await vi.waitFor(() => expect(lists() - before).toBeGreaterThan(10), { timeout: 10_000 });
    });

    it('says that it does not know when the runtime has just been lost, and tells later of what was made meanwhile', async () => {
      const found = await start(20);
      await found.settle?.();
      runtime.stop();
      await vi.waitFor(() => expect(found.problem()).toBeDefined());
      await expect(found.settle?.()).rejects.toThrow('does not answer');
      runtime.putContainer('c', 'a', 'sidecar', { state: 'CONTAINER_EXITED' });
      await runtime.start();
      await vi.waitFor(() => found.settle?.(), { timeout: 10_000 });
      expect(joined).toEqual(['c container:a']);
    });
  });

  it('leaves out what it cannot understand, says so once, and shows the rest', async () => {
    runtime.putPod('a', 'web-1');
    runtime.putContainer('b', 'a', 'web');
    runtime.containers.set('short', { id: 'short', pod_sandbox_id: POD, metadata: { name: 'x' } });
    runtime.info.set(WEB, 'no json');
    await runtime.start();
    const found = await follow();
    expect(found.containers()).toMatchObject([{ name: 'web', pid: 0, command: '' }]);
    await vi.waitFor(() => expect(runtime.asked.filter((id) => id === 'short').length).toBeGreaterThan(1));
    expect(log.warn.mock.calls).toEqual([[expect.stringMatching(/short is left out\..*64 hex digits/)]]);
  });

  it('keeps the last state and says why when the runtime ends, and lists again when it is back', async () => {
    runtime.putPod('a', 'web-1');
    runtime.putContainer('b', 'a', 'web');
    await runtime.start();
    const found = await follow();
    runtime.stop();
    await vi.waitFor(() => expect(found.problem()?.message).toContain(runtime.socketPath));
    expect(names(found)).toEqual(['web running']);
    runtime.containers.clear();
    await runtime.start();
    await vi.waitFor(() => expect(found.problem()).toBeUndefined(), { timeout: 10_000 });
    expect(names(found)).toEqual([]);
  });

  it('names a socket that speaks v1alpha2 only, and what to do', async () => {
    await runtime.start('v1alpha2');
    const problem = (await follow(false)).problem();
    expect(problem).not.toBeInstanceOf(RuntimeAbsent);
    expect(problem?.message).toMatch(/crio\.sock speaks only v1alpha2 .*v1 is needed: update it/);
  });

  it.each([
    ['nothing bad on a socket that was found', false],
    ['a failure on a socket that was named', true],
  ])('takes a containerd without its CRI plugin for %s', async (_case, required) => {
    await runtime.start('other');
    const problem = (await follow(required)).problem();
    expect(problem instanceof RuntimeAbsent).toBe(!required);
    expect(problem?.message).toMatch(/crio\.sock does not serve the Container Runtime Interface/);
  });

  it('says that the socket does not exist', async () => {
    expect((await follow(true)).problem()?.message).toMatch(/crio\.sock does not exist.*--runtime\.cri/);
  });

  it('says that nobody listens', async () => {
    // A server of Node.js takes its socket's file away when it ends; a killed one leaves it.
    const killed = createServer().listen(join(directory, 'before.sock'));
    await new Promise((resolve) => killed.once('listening', resolve));
    renameSync(join(directory, 'before.sock'), runtime.socketPath);
    await new Promise((resolve) => killed.close(resolve));
    expect((await follow(true)).problem()?.message).toMatch(
      /Nothing listens on .*crio\.sock.*--runtime\.cri/,
    );
  });

  it('gives up on a socket that takes the connection and never answers', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(runtime.socketPath);
    await new Promise((resolve) => silent.once('listening', resolve));
    try {
      expect((await follow(true, 50)).problem()?.message).toMatch(
        /crio\.sock does not answer: no answer within 0.05 s/,
      );
    } finally {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => silent.close(resolve));
    }
  });
});
