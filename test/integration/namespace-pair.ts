import type {
  ConnectionCollector,
  ConnectionCollectorOptions,
} from '../../exporter/src/collectors/connection.js';
import {
  NamespaceProcess,
  createPair,
  deleteNamespace,
  startServer,
  type Namespace,
} from '../engines/network-namespaces.js';
import { readRows, startCollector } from './connection-rows.js';

/** Two joined namespaces, what runs in them and the collector that watches them: made before each test, gone after it. */
export class NamespacePair {
  private namespaces: readonly [Namespace, Namespace] | undefined;
  private collector: ConnectionCollector | undefined;
  private readonly processes: NamespaceProcess[] = [];

  /** Pairs with the same subnet have the same addresses. */
  constructor(
    private readonly prefix: string,
    private readonly subnet: number,
  ) {}

  get a(): Namespace {
    return this.both[0];
  }

  get b(): Namespace {
    return this.both[1];
  }

  setUp(): void {
    this.namespaces = createPair(this.prefix, this.subnet);
  }

  async tearDown(): Promise<void> {
    await this.collector?.close();
    this.collector = undefined;
    await this.killAll();
    this.namespaces?.forEach(({ name }) => deleteNamespace(name));
    this.namespaces = undefined;
  }

  /** Starts a collector, which has passed once when this resolves. */
  async watch(changes?: Partial<ConnectionCollectorOptions>): Promise<ConnectionCollector> {
    this.collector = startCollector(changes);
    await readRows(this.collector);
    return this.collector;
  }

  /** Starts a process that is killed after the test. */
  spawn({ name }: Namespace, command: string, ...args: string[]): NamespaceProcess {
    return this.keep(NamespaceProcess.start(name, command, ...args));
  }

  /** Starts a script of Node.js, which says something when it is ready. */
  async run(where: Namespace, script: string, ...args: (string | number)[]): Promise<NamespaceProcess> {
    const started = this.spawn(where, process.execPath, '-e', script, ...args.map(String));
    await started.next();
    return started;
  }

  /** A server of short connections in `b`. */
  async serve(port: number, address?: string): Promise<NamespaceProcess> {
    return this.keep(await startServer(this.b, port, address));
  }

  /** Kills it after the test. */
  keep(process: NamespaceProcess): NamespaceProcess {
    this.processes.push(process);
    return process;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((process) => process.kill()));
  }

  private get both(): readonly [Namespace, Namespace] {
    if (this.namespaces === undefined) {
      throw new Error('the namespaces are there during a test only');
    }
    return this.namespaces;
  }
}
