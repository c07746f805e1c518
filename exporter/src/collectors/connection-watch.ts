import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { ConnectionTracker } from '../edges/connection-tracker.js';
import { commonOwner, type Listener } from '../edges/listening-set.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { TrackedSocket } from '../edges/tracked-socket.js';
import { UdpSockets } from '../edges/udp-sockets.js';
import type { CgroupIds } from '../kernel/cgroup-id.js';
import type { EventOrigin } from '../kernel/destroy-events.js';
import type { ProcessTable } from '../kernel/process.js';
import { TCP_ESTABLISHED, type SocketRecord } from '../kernel/socket-record.js';
import type { SocketSource } from '../kernel/socket-source.js';
import type { Container } from '../runtimes/container.js';
import { FlowWatch } from './flow-watch.js';
import type { Inhabitants } from './inhabitants.js';
import { NamespaceCensus, type NetworkHost, type ProcessesOfNamespaces } from './namespace-census.js';
import { acceptorsOf, HolderReview } from './holder-review.js';
import { Newcomers, type StartedContainer } from './newcomers.js';
import { Pacer } from './pacer.js';
import type { SocketHolders } from './socket-holders.js';
import type { StrangeNamespaces } from './strange-namespaces.js';
import { WaitingEnds } from './waiting-ends.js';

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
  /** Resolves when everybody is known who had joined another's network namespace when it was asked. */
  readonly settleJoiners: () => Promise<void>;
  readonly logger: Logger;
  readonly now: () => number;
  readonly firstEphemeralPort: number;
  readonly procRoot: string;
  /** Inode of the exporter's own network namespace: the host's. */
  readonly ownNamespace: number;
  /** How old what is known of processes may be, in milliseconds; new ones are found at every pass. */
  readonly maxTableAgeMs: number;
  /** Milliseconds between two readings of tracked flows. */
  readonly flowIntervalMs: number;
}

/** Feeds the tracker: a pass over all network namespaces, and the events between passes. */
export class ConnectionWatch {
  private readonly census: NamespaceCensus;
  private readonly review: HolderReview;
  private readonly newcomers: Newcomers;
  private readonly waitingEnds: WaitingEnds;
  private readonly flows: FlowWatch;
  private running: Promise<void> | undefined;
  private eventsLost = false;
  private isSettling = false;
  private lookedMs = 0;

  constructor(private readonly options: ConnectionWatchOptions) {
    this.census = new NamespaceCensus(options);
    this.review = new HolderReview({ ...options, namespaces: options.tracker.namespaces });
    this.newcomers = new Newcomers(options, this.census);
    this.waitingEnds = new WaitingEnds(options);
    this.flows = new FlowWatch({ ...options, intervalMs: options.flowIntervalMs });
  }

  /** Within how many milliseconds after the last pass the next is wanted; Infinity when nothing waits for it. */
  get patienceMs(): number {
    return Math.min(this.waitingEnds.patienceMs, this.eventsLost ? LOSS_PATIENCE_MS : Infinity);
  }

  /**
   * Milliseconds of processors that the last pass took to look at everything: more passes take more of them. What was
   * heard of meanwhile, or had waited for it, takes as much whenever it comes.
   */
  get lastLookMs(): number {
    return this.lookedMs;
  }

  /** The kernel's last word on a socket; the record is not kept. */
  destroyed(record: SocketRecord, origin: EventOrigin): void {
    this.waitingEnds.hear(record, origin);
  }

  /** A container has just started. */
  started(container: StartedContainer): void {
    try {
      this.newcomers.welcome(container);
    } catch (error) {
      // The next pass tries again, if it has not ended by then.
      const { logger } = this.options;
      logger.debug(
        { err: error, container: container.id },
        'cannot look at a container that has just started',
      );
    }
  }

  /** A container has just joined the network namespace of `host`, or is about to. */
  joined(host: NetworkHost, visitor: ContainerId): void {
    this.census.visit(host, visitor);
    this.options.strangers.noteJoining(host, visitor);
    this.options.tracker.forgetBriefEdges();
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
    const { tracker, now, holders, logger } = this.options;
    const began = now();
    const { isLost } = this.waitingEnds;
    const waiting = this.waitingEnds.take();
    const eventsLost = this.eventsLost;
    this.eventsLost = false;
    try {
      this.lookedMs = await this.passOverAll(eventsLost, isLost);
    } catch (error) {
      this.waitingEnds.putBack(waiting);
      this.eventsLost ||= eventsLost;
      throw error;
    }
    await this.waitingEnds.give(waiting, new Pacer(now).pause);
    tracker.presumed.isCertain = false;
    if (holders.isCrowded) {
      holders.retain(this.liveInodes());
    }
    logger.debug(
      {
        milliseconds: Math.round(now() - began),
        waited: waiting.length,
        namespaces: tracker.namespaces.size,
      },
      'passed over all sockets',
    );
  }

  /** Returns what it took of processors, in milliseconds. */
  private async passOverAll(eventsLost: boolean, readsAllProcesses: boolean): Promise<number> {
    const { tracker, now, holders, strangers, containers } = this.options;
    const pacer = new Pacer(now);
    const { pause } = pacer;
    let processesOf = this.census.take(readsAllProcesses);
    strangers.learn(containers());
    for (const namespace of tracker.namespaces.values()) {
      this.passNamespace(namespace, eventsLost);
      await pause();
    }
    tracker.rebuildAddresses();
    const readsFlows = this.flows.isDue;
    if (readsFlows) {
      await this.flows.read(pause);
    }
    // All that this pass gives has been seen or heard of by now.
    const settled = this.settleJoiners();
    await this.review.recheck(pause);
    const unheld = this.unheldSockets();
    if (unheld.size > 0) {
      // Who opened them may have started during this pass, and unknown they would be taken for somebody else's.
      processesOf = this.census.retake();
    }
    const isOpen = this.openSockets();
    for (const [namespace, sockets] of unheld) {
      const isThere = (inode: number): boolean => this.mayBeHeld(namespace, sockets.get(inode));
      await holders.find(sockets.keys(), processesOf.get(namespace.inode) ?? [], pause, { isThere, isOpen });
    }
    const opened = [...unheld.values()].flatMap((sockets) => [...sockets.keys()]);
    await this.review.findOthers(this.census.processes, opened, pause);
    await this.findGuests(processesOf, pause, isOpen);
    tracker.presumed.isCertain = await pacer.during(settled);
    this.ownListeners();
    tracker.endPass(now());
    if (readsFlows) {
      tracker.udpFlows.endPass(tracker.namespaces, now());
    }
    return pacer.cpuMs;
  }

  /** Whether everybody is known who has joined a container by now; false as well when the answer takes too long. */
  private settleJoiners(): Promise<boolean> {
    const { tracker, now, logger, settleJoiners } = this.options;
    if (this.isSettling) {
      // What is answered to an older question says nothing of what was heard since.
      return Promise.resolve(false);
    }
    this.isSettling = true;
    tracker.presumed.ask();
    const answered = settleJoiners()
      .then(() => {
        tracker.presumed.settle(now());
        return true;
      })
      .catch((error: unknown) => {
        logger.debug({ err: error }, 'cannot find out who has joined whose network');
        return false;
      })
      .finally(() => {
        this.isSettling = false;
      });
    const timer = new AbortController();
    const late = sleep(LONGEST_ANSWER_MS, false, { signal: timer.signal, ref: false }).catch(() => false);
    return Promise.race([answered, late]).finally(() => timer.abort());
  }

  /**
   * Sockets whose holders are worth looking for, by their inodes; those that a pass has just found may be gone again. Most
   * connections of unknown holders are brief: to look for those in vain is dearest.
   */
  private unheldSockets(): Map<TrackedNamespace, Map<number, TrackedSocket | undefined>> {
    const { tracker, holders } = this.options;
    const unheld = new Map<TrackedNamespace, Map<number, TrackedSocket | undefined>>();
    for (const { namespace, inode, found } of tracker.unowned()) {
      if (holders.isNews(inode) && this.mayBeHeld(namespace, found)) {
        const sockets = unheld.get(namespace) ?? new Map<number, TrackedSocket | undefined>();
        unheld.set(namespace, sockets.set(inode, found));
      }
    }
    return unheld;
  }

  private mayBeHeld(namespace: TrackedNamespace, found: TrackedSocket | undefined): boolean {
    return found === undefined || this.options.source.mayBeHeld(namespace.inode, found);
  }

  private passNamespace(namespace: TrackedNamespace, eventsLost: boolean): void {
    const { source, tracker, now, firstEphemeralPort } = this.options;
    const time = now();
    namespace.addresses = source.addresses(namespace.inode);
    namespace.isWatched = source.announcesEnds(namespace.inode);
    const listeners: Listener[] = [];
    const udpSockets = new UdpSockets();
    source.visitSockets(namespace.inode, {
      listener: (record) => listeners.push(listenerOf(record)),
      connection: (record) => tracker.observe(namespace, record, time),
      udp: (record) => {
        const { localPort } = record;
        if (record.state === TCP_ESTABLISHED) {
          tracker.observe(namespace, record, time);
        } else if (localPort > 0) {
          udpSockets.add(record);
          if (localPort < firstEphemeralPort) {
            // Above that, a client that never connects looks the same.
            listeners.push(listenerOf(record));
          }
        }
      },
    });
    namespace.udpSockets = udpSockets;
    namespace.listening.replace(listeners, time);
    tracker.endNamespace(namespace, namespace.isWatched && !eventsLost, time);
  }

  /** A listener may be held from outside its namespace: an engine puts its resolver into the containers', one passes it on. */
  private async findGuests(
    processesOf: ProcessesOfNamespaces,
    pause: () => Promise<void>,
    isOpen: (inode: number) => boolean,
  ): Promise<void> {
    const { tracker, holders, ownNamespace } = this.options;
    const all = [...tracker.namespaces.values()].flatMap(({ listening }) => [...listening.all()]);
    const elsewhere = [...processesOf]
      .filter(([inode]) => inode !== ownNamespace)
      .flatMap(([, each]) => each);
    for (const processes of [processesOf.get(ownNamespace) ?? [], elsewhere]) {
      const inodes = all.flatMap(({ inode, owner }) =>
        inode !== 0 && owner === undefined && holders.ownerOf(inode) === undefined ? inode : [],
      );
      holders.lookAgain(inodes);
      await holders.find(inodes, processes, pause, { isThere: () => true, isOpen });
    }
  }

  /** Listeners whose holder was not found belong to their cgroup, or to whoever lives in the namespace. */
  private ownListeners(): void {
    const { tracker, holders, now } = this.options;
    const time = now();
    for (const namespace of tracker.namespaces.values()) {
      for (const listener of namespace.listening.all()) {
        const acceptors = acceptorsOf(holders.ownersOf(listener.inode));
        const owner =
          acceptors.length > 0
            ? commonOwner(acceptors)
            : (listener.owner ??
              tracker.attribution.ownership.ofCgroup(listener.cgroupId) ?? {
                containerId: namespace.soleOccupant ?? NO_CONTAINER,
                process: '',
                pid: 0,
              });
        namespace.listening.own(listener, owner, time);
        [listener.holder] = acceptors;
      }
    }
  }

  /** Tells of connections whether this pass has seen them; they are gathered when first one is asked about. */
  private openSockets(): (inode: number) => boolean {
    let open: Set<number> | undefined;
    return (inode) => {
      open ??= new Set(
        [...this.options.tracker.namespaces.values()].flatMap(({ sockets }) =>
          [...sockets.values()].filter(({ missed }) => missed === 0).map((socket) => socket.inode),
        ),
      );
      return open.has(inode);
    };
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
      for (const inode of namespace.udpSockets.inodes()) {
        live.add(inode);
      }
    }
    return live;
  }
}

const LOSS_PATIENCE_MS = 1_000;
/** A pass must not wait for an engine that is busy; the next asks again. */
const LONGEST_ANSWER_MS = 2_000;

function listenerOf(record: SocketRecord): Listener {
  return {
    protocol: record.protocol,
    family: record.family,
    address: record.localAddress,
    port: record.localPort,
    ipv6Only: record.ipv6Only,
    cookie: record.cookie,
    inode: record.inode,
    cgroupId: record.cgroupId,
    owner: undefined,
  };
}
