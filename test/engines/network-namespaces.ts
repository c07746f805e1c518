import { execFileSync, spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import path from 'node:path';

const generator = path.resolve('test/load/tcp-load.mjs');

/** Runs a command and returns what it printed. */
export function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A network namespace of the test's own; `address` and `address6` are on its end of the pair. */
export interface Namespace {
  readonly name: string;
  readonly address: string;
  readonly address6: string;
}

/**
 * Two namespaces joined by a veth pair. They have ids in the host's namespace, as those of an engine's containers do.
 * What an earlier, killed run has left is deleted first.
 */
export function createPair(prefix: string, subnet: number): readonly [Namespace, Namespace] {
  const names = [`${prefix}-a`, `${prefix}-b`] as const;
  names.forEach(deleteNamespace);
  const [a, b] = names.map((name, index) => ({
    name,
    address: `10.79.${subnet}.${index + 1}`,
    address6: `fd79:${subnet}::${index + 1}`,
  }));
  if (a === undefined || b === undefined) {
    throw new Error('a pair is two');
  }
  for (const { name } of [a, b]) {
    run('ip', 'netns', 'add', name);
    run('ip', 'netns', 'set', name, 'auto');
    run('ip', '-n', name, 'link', 'set', 'lo', 'up');
  }
  run('ip', '-n', a.name, 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth0', 'netns', b.name);
  for (const { name, address, address6 } of [a, b]) {
    run('ip', '-n', name, 'addr', 'add', `${address}/24`, 'dev', 'veth0');
    run('ip', '-n', name, 'addr', 'add', `${address6}/64`, 'dev', 'veth0', 'nodad');
    run('ip', '-n', name, 'link', 'set', 'veth0', 'up');
  }
  return [a, b];
}

/** Deletes a namespace and ends what still runs in it, forked children included. */
export function deleteNamespace(name: string): void {
  const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
  for (const pid of stdout.split('\n').filter(Boolean)) {
    spawnSync('kill', ['-9', pid]);
  }
  // It fails where there is none of that name.
  spawnSync('ip', ['netns', 'delete', name]);
}

/** The network namespaces in which a process lives, by inode. */
export function inhabitedNamespaces(): ReadonlySet<string> {
  const list = run('lsns', '--type', 'net', '--noheadings', '--output', 'NS');
  return new Set(list.split(/\s+/).filter(Boolean));
}

/** Descriptors that an exporter may hold for the namespaces which other tests have made since. */
export function descriptorsForNewcomers(before: ReadonlySet<string>): number {
  const DESCRIPTORS_EACH = 10;
  return [...inhabitedNamespaces()].filter((inode) => !before.has(inode)).length * DESCRIPTORS_EACH;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A process in a namespace that prints lines of JSON. */
export class NamespaceProcess {
  private readonly lines: AsyncIterableIterator<string>;

  private constructor(readonly child: Child) {
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static start(namespace: string, command: string, ...args: string[]): NamespaceProcess {
    return NamespaceProcess.of(['ip', 'netns', 'exec', namespace, command, ...args]);
  }

  /** Of a command that finds its way into its namespaces by itself. */
  static of([file = '', ...args]: readonly string[]): NamespaceProcess {
    return new NamespaceProcess(spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  async next(): Promise<unknown> {
    const line = await this.lines.next();
    if (line.done === true) {
      throw new Error('the process ended without a word');
    }
    return JSON.parse(line.value);
  }

  /** Ends its input, which tells ours to stop, and waits. */
  async stop(): Promise<void> {
    this.child.stdin.end();
    await this.ended();
  }

  async ended(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await once(this.child, 'exit');
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }
}

export interface ServerCounts {
  readonly accepted: number;
  readonly closed: number;
  readonly received: number;
  readonly sent: number;
}

export interface ClientCounts {
  readonly opened: number;
  readonly failed: number;
  readonly sent: number;
  readonly received: number;
  readonly seconds: number;
}

/** A server of short connections; resolves when it listens. */
export async function startServer(
  namespace: Namespace,
  port: number,
  address = '::',
): Promise<NamespaceProcess> {
  const server = NamespaceProcess.start(
    namespace.name,
    process.execPath,
    generator,
    'server',
    String(port),
    address,
  );
  await server.next();
  return server;
}

/** Stops a server and returns what it has counted. */
export async function stopServer(server: NamespaceProcess): Promise<ServerCounts> {
  server.child.stdin.end();
  const counts = (await server.next()) as ServerCounts;
  await server.ended();
  return counts;
}

export interface Load {
  readonly address: string;
  readonly port: number;
  readonly connections: number;
  readonly concurrency: number;
  readonly requestBytes: number;
  readonly replyBytes: number;
  /** As fast as it goes where nothing is said. */
  readonly perSecond?: number;
}

/** Makes connections, from several processes at once; returns what they have counted, added up. */
export async function makeConnections(
  namespace: Namespace,
  load: Load,
  processes: number,
): Promise<ClientCounts> {
  const clients = Array.from({ length: processes }, () =>
    NamespaceProcess.start(
      namespace.name,
      process.execPath,
      generator,
      'client',
      load.address,
      String(load.port),
      String(load.connections / processes),
      String(load.concurrency),
      String(load.requestBytes),
      String(load.replyBytes),
      ...(load.perSecond === undefined ? [] : [String(load.perSecond / processes)]),
    ),
  );
  const counts = await Promise.all(clients.map(async (client) => (await client.next()) as ClientCounts));
  await Promise.all(clients.map((client) => client.ended()));
  return counts.reduce((sum, one) => ({
    opened: sum.opened + one.opened,
    failed: sum.failed + one.failed,
    sent: sum.sent + one.sent,
    received: sum.received + one.received,
    seconds: Math.max(sum.seconds, one.seconds),
  }));
}
