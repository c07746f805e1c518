import type { Logger } from 'pino';
import type { ConnectionTracker } from '../edges/connection-tracker.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { SocketSource } from '../kernel/socket-source.js';

export interface FlowWatchOptions {
  readonly source: SocketSource;
  readonly tracker: ConnectionTracker;
  readonly logger: Logger;
  readonly now: () => number;
  /** Inode of the host's network namespace, whose table sees what is routed. */
  readonly ownNamespace: number;
  /** Milliseconds between two readings. */
  readonly intervalMs: number;
}

/**
 * Reads the UDP flows that the kernel tracks. Each table takes the kernel milliseconds, even one with a single flow, so
 * the host's is read at every turn, and of the others as many as a budget allows, in turn. A flow is tracked for 30
 * seconds at least.
 */
export class FlowWatch {
  /** When the tables of other namespaces were read, and how many flows they had then. */
  private readonly readings = new Map<number, { at: number; entries: number }>();
  private lastTurnAt = -Infinity;
  private saidFull = false;

  constructor(private readonly options: FlowWatchOptions) {}

  /** Whether it is time for another turn. */
  get isDue(): boolean {
    // Passes are not exactly on time.
    return this.options.now() - this.lastTurnAt >= this.options.intervalMs * 0.9;
  }

  async read(pause: () => Promise<void>): Promise<void> {
    const { tracker, now, ownNamespace } = this.options;
    // What is tracked when the exporter starts is its inheritance, not news.
    const isFirst = this.lastTurnAt === -Infinity;
    this.lastTurnAt = now();
    tracker.udpFlows.beginPass();
    const own = tracker.namespaces.get(ownNamespace);
    const tables = [...(own === undefined ? [] : [{ namespace: own, entries: 0 }]), ...this.others()];
    let spentMs = 0;
    for (const [index, table] of tables.entries()) {
      if (index >= LEAST_A_TURN && spentMs > BUDGET_MS && !isFirst) {
        break;
      }
      // By the clock, a busy host would leave time for few.
      const began = process.cpuUsage();
      this.readTable(table, isFirst);
      const { user, system } = process.cpuUsage(began);
      spentMs += (user + system) / 1_000;
      await pause();
    }
    for (const inode of this.readings.keys()) {
      if (!tracker.namespaces.has(inode)) {
        this.readings.delete(inode);
      }
    }
    if (tracker.udpFlows.hasOverflown && !this.saidFull) {
      this.saidFull = true;
      this.options.logger.warn('more UDP flows are tracked than are followed: the edges of some are missing');
    }
  }

  /**
   * All tables but the host's that are worth a reading: first the one that has waited for longest, then those that had
   * flows of UDP, and those whose number of flows has changed. An empty one is read only to see what has gone from it.
   */
  private others(): Table[] {
    const { source, tracker, ownNamespace } = this.options;
    const tables = [...tracker.namespaces.values()]
      .filter(({ inode }) => inode !== ownNamespace)
      .map((namespace) => ({ namespace, entries: source.trackedFlows(namespace.inode) }))
      .filter(({ namespace, entries }) => entries > 0 || tracker.udpFlows.follows(namespace.inode))
      .sort((one, other) => this.readAt(one) - this.readAt(other));
    const isNews = ({ namespace, entries }: Table) =>
      entries !== (this.readings.get(namespace.inode)?.entries ?? 0);
    const interest = (table: Table) =>
      2 * Number(tracker.udpFlows.follows(table.namespace.inode)) + Number(isNews(table));
    return [...tables.slice(0, 1), ...tables.slice(1).sort((a, b) => interest(b) - interest(a))];
  }

  private readAt({ namespace }: Table): number {
    return this.readings.get(namespace.inode)?.at ?? 0;
  }

  private readTable({ namespace, entries }: Table, isInherited: boolean): void {
    const { source, tracker, now } = this.options;
    const time = now();
    this.readings.set(namespace.inode, { at: time, entries });
    tracker.udpFlows.readTable(namespace);
    source.visitUdpFlows(namespace.inode, (flow) =>
      tracker.udpFlows.observe(namespace, flow, isInherited, time),
    );
  }
}

/** A namespace, and how many flows it tracks. */
interface Table {
  readonly namespace: TrackedNamespace;
  readonly entries: number;
}

/** Of a processor, for the tables of a turn. */
const BUDGET_MS = 50;
/** However long they take: the host's, the one that has waited for longest, and one that has changed. */
const LEAST_A_TURN = 3;
