import type { Logger } from 'pino';
import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { ConnectionTracker } from '../edges/connection-tracker.js';
import type { Listener } from '../edges/listening-set.js';
import { isWithEmbeddedResolver } from '../edges/embedded-resolver.js';
import { TrackedNamespace, type UnconnectedSocket } from '../edges/tracked-namespace.js';
import type { CgroupIds } from '../kernel/cgroup-id.js';
import type { EventOrigin } from '../kernel/destroy-events.js';
import type { ProcessRecord, ProcessSnapshot, ProcessTable } from '../kernel/process.js';
import { copySocketRecord, TCP_ESTABLISHED, type SocketRecord } from '../kernel/socket-record.js';
import type { SocketSource } from '../kernel/socket-source.js';
import type { Container } from '../runtimes/container.js';
import { FlowWatch } from './flow-watch.js';
import type { Inhabitants } from './inhabitants.js';
import type { SocketHolders } from './socket-holders.js';
import type { StrangeNamespaces } from './strange-namespaces.js';

export interface ConnectionWatchOptions {
  readonly source: SocketSource;
  readonly tracker: ConnectionTracker;
  readonly holders: SocketHolders;
  readonly strangers: StrangeNamespaces;
  readonly inhabitants: Inhabitants;
  readonly cgroupIds: CgroupIds;
  readonly processTable: ProcessTable;
  readonly containerOf: (cgroup: string) => ContainerId | undefined;
  readonly containers: () => Iterable<Container>;
  readonly logger: Logger;
  readonly now: () => number;
  readonly firstEphemeralPort: number;
  /** Inode of the exporter's own network namespace: the host's. */
  readonly ownNamespace: number;
  /** How old what is known of processes may be, in milliseconds; new ones are found at every pass. */
  readonly maxTableAgeMs: number;
  /** Milliseconds between two readings of tracked flows. */
  readonly flowIntervalMs: number;
}

/** An event that must wait for a pass, copied. */
interface Waiting {
  readonly origin: EventOrigin;
  readonly record: SocketRecord;
  /** Where it came from, once that is known: the address by which a stranger is known may be another's by the next pass. */
  readonly namespace: TrackedNamespace | undefined;
  /** For how many more passes it may wait for its other end. */
  readonly patience: number;
}

/** Feeds the tracker: a pass over all network namespaces, and the events between passes. */
export class ConnectionWatch {
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;
  /** Namespaces without a process at the last pass: closed at the next one, when their last events have arrived. */
  private leaving = new Set<number>();
  private isFirstPass = true;
  private isUrgent = false;
  /** Something that waits comes from a namespace that is not known. */
  private isStrange = false;
  private strangePatienceMs = SHORTEST_PATIENCE_MS;
  private eventsLost = false;

  private readonly flows: FlowWatch;

  constructor(private readonly options: ConnectionWatchOptions) {
    this.flows = new FlowWatch({ ...options, intervalMs: options.flowIntervalMs });
  }

  /** Within how many milliseconds after the last pass the next is wanted; Infinity when nothing waits for it. */
  get patienceMs(): number {
    if (this.isStrange) {
      // The namespace may be gone soon.
      return this.strangePatienceMs;
    }
    return this.eventsLost || this.isUrgent ? PATIENCE_MS : Infinity;
  }

  destroyed(record: SocketRecord, origin: EventOrigin): void {
    const { tracker, now, source, strangers } = this.options;
    if (source.events?.isRepeated(origin) === true || isWithEmbeddedResolver(record)) {
      return;
    }
    const namespace = this.namespaceOf(origin);
    if (namespace === undefined && strangers.namespaceOf(record.localAddress) === undefined) {
      // Its container may be gone before the pass.
      strangers.learn(this.options.containers());
    }
    const outcome =
      namespace === undefined ? 'urgent' : tracker.destroyedSockets.giveIfClear(namespace, record, now());
    if (outcome === 'given') {
      return;
    }
    if (this.waiting.length < MOST_WAITING) {
      const patience = PASSES_FOR_OTHER_END;
      this.waiting.push({ origin, record: copySocketRecord(record), namespace, patience });
      this.isUrgent ||= outcome === 'urgent' && record.peerPort !== 0;
      this.isStrange ||= namespace === undefined;
    } else {
      this.give({ origin, record, namespace, patience: 0 });
    }
  }

  /** The kernel dropped events: what a pass does not find is closed at once. */
  lostEvents(): void {
    this.eventsLost = true;
  }

  /** One pass over everything; a second call meanwhile waits for the first. */
  pass(): Promise<void> {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    const { tracker, now, holders } = this.options;
    const pause = pacer(now);
    const began = now();
    const waiting = this.waiting;
    this.waiting = [];
    this.isUrgent = false;
    this.isStrange = false;
    const eventsLost = this.eventsLost;
    this.eventsLost = false;

    let processesOf = this.findNamespaces();
    tracker.beginPass();
    for (const namespace of tracker.namespaces.values()) {
      this.passNamespace(namespace, eventsLost);
      await pause();
    }
    tracker.rebuildAddresses();
    const readsFlows = this.flows.isDue;
    if (readsFlows) {
      await this.flows.read(pause);
    }
    const unowned = tracker.unownedInodes();
    if ([...unowned.values()].some((inodes) => holders.isNews(inodes))) {
      // Who opened them may have started during this pass, and unknown they would be taken for somebody else's.
      processesOf = this.readProcesses();
      this.noteOccupants(processesOf);
    }
    for (const [namespace, inodes] of unowned) {
      await holders.find(inodes, processesOf.get(namespace.inode) ?? [], pause);
    }
    await this.findGuests(processesOf, pause);
    this.ownListeners();
    tracker.endPass(now());
    if (readsFlows) {
      tracker.udpFlows.endPass(tracker.namespaces, now());
    }
    // Each end's may be what another's waits for.
    for (const each of waiting) {
      const { record } = each;
      const namespace = this.placeOf(each);
      if (namespace !== undefined) {
        tracker.attribution.noteEnded(namespace, record);
      }
    }
    let isInVain = false;
    for (const each of waiting) {
      isInVain = !this.give(each) || isInVain;
    }
    // Namespaces that cannot be found must not keep us looking for them.
    this.strangePatienceMs = isInVain
      ? Math.min(this.strangePatienceMs * 2, LONGEST_PATIENCE_MS)
      : SHORTEST_PATIENCE_MS;
    if (holders.isCrowded) {
      holders.retain(this.liveInodes());
    }
    this.isFirstPass = false;
    this.options.logger.debug(
      {
        milliseconds: Math.round(now() - began),
        waited: waiting.length,
        namespaces: tracker.namespaces.size,
      },
      'passed over all sockets',
    );
  }

  /** Opens the namespaces that processes live in, closes those that nobody lives in any more. */
  private findNamespaces(): Map<number, ProcessRecord[]> {
    const { source, tracker, now, logger } = this.options;
    const processesOf = this.readProcesses();
    this.options.strangers.learn(this.options.containers());
    for (const [inode, inhabitants] of processesOf) {
      if (inhabitants.some(({ pid }) => this.open(inode, pid)) && !tracker.namespaces.has(inode)) {
        tracker.namespaces.set(inode, new TrackedNamespace(inode, this.isFirstPass));
      }
    }
    this.noteOccupants(processesOf);
    const leaving = new Set<number>();
    for (const namespace of [...tracker.namespaces.values()]) {
      if (processesOf.has(namespace.inode)) {
        continue;
      }
      if (this.leaving.has(namespace.inode)) {
        source.release(namespace.inode);
        tracker.removeNamespace(namespace, now());
        logger.debug({ namespace: namespace.inode }, 'network namespace is gone');
      } else {
        leaving.add(namespace.inode);
      }
    }
    this.leaving = leaving;
    return processesOf;
  }

  /** The processes of each namespace, the newest included. */
  private readProcesses(): Map<number, ProcessRecord[]> {
    const { processTable, cgroupIds, maxTableAgeMs } = this.options;
    const snapshot = processTable.discover(maxTableAgeMs);
    cgroupIds.learn(new Set([...snapshot.processes.values()].map(({ cgroup }) => cgroup)));
    return byNamespace(snapshot);
  }

  private noteOccupants(processesOf: ReadonlyMap<number, ProcessRecord[]>): void {
    const { tracker, containerOf, inhabitants } = this.options;
    inhabitants.learn(processesOf);
    for (const [inode, inhabitants] of processesOf) {
      const namespace = tracker.namespaces.get(inode);
      if (namespace !== undefined) {
        namespace.occupants = new Set(inhabitants.map(({ cgroup }) => containerOf(cgroup) ?? NO_CONTAINER));
      }
    }
  }

  private open(inode: number, pid: number): boolean {
    try {
      return this.options.source.open(inode, pid);
    } catch (error) {
      this.options.logger.debug({ err: error, namespace: inode, pid }, 'cannot open a network namespace');
      return false;
    }
  }

  private passNamespace(namespace: TrackedNamespace, eventsLost: boolean): void {
    const { source, tracker, now, firstEphemeralPort } = this.options;
    const time = now();
    namespace.addresses = source.addresses(namespace.inode);
    const listeners: Listener[] = [];
    const udpSockets = new Map<number, UnconnectedSocket>();
    source.visitSockets(namespace.inode, {
      listener: (record) => listeners.push(listenerOf(record)),
      connection: (record) => tracker.observe(namespace, record, time),
      udp: (record) => {
        const { localPort } = record;
        if (record.state === TCP_ESTABLISHED) {
          tracker.observe(namespace, record, time);
        } else if (localPort > 0) {
          if (!udpSockets.has(localPort)) {
            udpSockets.set(localPort, { inode: record.inode, cgroupId: record.cgroupId });
          }
          if (localPort < firstEphemeralPort) {
            // Above that, a client that never connects looks the same.
            listeners.push(listenerOf(record));
          }
        }
      },
    });
    namespace.udpSockets = udpSockets;
    namespace.listening.replace(listeners, time);
    tracker.endNamespace(namespace, source.announcesEnds(namespace.inode) && !eventsLost, time);
  }

  /** A listener may be held from outside its namespace: an engine puts its resolver into the containers'. */
  private async findGuests(
    processesOf: ReadonlyMap<number, ProcessRecord[]>,
    pause: () => Promise<void>,
  ): Promise<void> {
    const { tracker, holders, ownNamespace } = this.options;
    const inodes = new Set<number>();
    for (const namespace of tracker.namespaces.values()) {
      for (const { inode, owner } of namespace.listening.all()) {
        if (inode !== 0 && owner === undefined && holders.ownerOf(inode) === undefined) {
          inodes.add(inode);
        }
      }
    }
    holders.lookAgain(inodes);
    await holders.find(inodes, processesOf.get(ownNamespace) ?? [], pause);
  }

  /** Listeners whose holder was not found belong to their cgroup, or to whoever lives in the namespace. */
  private ownListeners(): void {
    const { tracker, holders } = this.options;
    for (const namespace of tracker.namespaces.values()) {
      for (const listener of namespace.listening.all()) {
        const holder = holders.ownerOf(listener.inode);
        listener.owner = holder ??
          listener.owner ??
          tracker.attribution.ownerOfCgroup(listener.cgroupId) ?? {
            containerId: namespace.soleOccupant ?? NO_CONTAINER,
            process: '',
            pid: 0,
          };
      }
    }
  }

  private liveInodes(): Set<number> {
    const live = new Set<number>();
    for (const namespace of this.options.tracker.namespaces.values()) {
      for (const { inode } of namespace.listening.all()) {
        live.add(inode);
      }
      for (const { inode } of namespace.sockets.values()) {
        live.add(inode);
      }
      for (const { inode } of namespace.udpSockets.values()) {
        live.add(inode);
      }
    }
    return live;
  }

  private namespaceOf(origin: EventOrigin): TrackedNamespace | undefined {
    const inode = this.options.source.events?.namespaceOf(origin);
    return inode === undefined ? undefined : this.options.tracker.namespaces.get(inode);
  }

  /** Where an event came from; stood for, where no pass has found it. */
  private placeOf({ namespace, origin, record }: Waiting): TrackedNamespace | undefined {
    return namespace ?? this.namespaceOf(origin) ?? this.options.strangers.namespaceOf(record.localAddress);
  }

  /** False when the namespace is not known, nor will be. */
  private give(waiting: Waiting): boolean {
    const { origin, record, patience } = waiting;
    const { tracker, now, source } = this.options;
    if (source.events?.isRepeated(origin) === true) {
      return true;
    }
    const namespace = this.placeOf(waiting);
    if (namespace !== undefined) {
      if (patience === 0) {
        tracker.destroyedSockets.give(namespace, record, now());
      } else if (tracker.destroyedSockets.giveIfPaired(namespace, record, now()) !== 'given') {
        this.waiting.push({ ...waiting, namespace, patience: patience - 1 });
      }
      return true;
    }
    if (record.peerPort !== 0) {
      tracker.attribution.countUnattributed('namespace_unknown');
    }
    return false;
  }
}

const MOST_WAITING = 50_000;
const PASSES_FOR_OTHER_END = 2;
const PATIENCE_MS = 1_000;
const SHORTEST_PATIENCE_MS = 200;
const LONGEST_PATIENCE_MS = 5_000;
const SLICE_MS = 8;

/** Without those that may not be looked into or have just ended: their namespace is 0. */
function byNamespace({ processes }: ProcessSnapshot): Map<number, ProcessRecord[]> {
  const processesOf = new Map<number, ProcessRecord[]>();
  for (const process of processes.values()) {
    const others = processesOf.get(process.netns);
    if (others === undefined) {
      processesOf.set(process.netns, [process]);
    } else {
      others.push(process);
    }
  }
  processesOf.delete(0);
  return processesOf;
}

/** Lets the event loop run whenever a slice of time is used up. */
function pacer(now: () => number): () => Promise<void> {
  let sliceEnd = now() + SLICE_MS;
  return async () => {
    if (now() >= sliceEnd) {
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnd = now() + SLICE_MS;
    }
  };
}

function listenerOf(record: SocketRecord): Listener {
  return {
    protocol: record.protocol,
    family: record.family,
    address: record.localAddress,
    port: record.localPort,
    ipv6Only: record.ipv6Only,
    inode: record.inode,
    cgroupId: record.cgroupId,
    owner: undefined,
  };
}
