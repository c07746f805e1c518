import type { Logger } from 'pino';
import * as families from '../contract/connection-families.js';
import { NO_CONTAINER, type ContainerId, type HostName } from '../contract/ids.js';
import { renderLabels } from '../contract/labels.js';
import { ConnectionTracker } from '../edges/connection-tracker.js';
import { EdgeLedger } from '../edges/edge-ledger.js';
import type { Surroundings } from '../edges/surroundings.js';
import { CgroupIds } from '../kernel/cgroup-id.js';
import { ownNamespaceInode } from '../kernel/netns.js';
import type { SocketSource } from '../kernel/socket-source.js';
import { firstEphemeralPort } from '../kernel/port-range.js';
import type { ProcessTable } from '../kernel/process.js';
import { ownProcessId } from '../kernel/procfs.js';
import { isKeptDescriptor } from '../kernel/small-file.js';
import { USERLAND_PROXY, userlandProxyTarget } from '../kernel/userland-proxy.js';
import type { Container, ContainerNews, JoiningContainer, Runtime } from '../runtimes/container.js';
import { AddressTranslation } from './address-translation.js';
import type { Collector, SampleSink } from './collector.js';
import { writeEdges, writeListeners } from './connection-rows.js';
import { ConnectionWatch } from './connection-watch.js';
import { ANY_CONTAINER } from './namespace-census.js';
import { Inhabitants } from './inhabitants.js';
import { JoinableNamespaces } from './joinable-namespaces.js';
import { openSocketSource } from './open-socket-source.js';
import { PeerNames } from './peer-names.js';
import { SocketHolders } from './socket-holders.js';
import { StrangeNamespaces } from './strange-namespaces.js';
import { NO_SERVICES, type WellKnownServices } from './well-known-services.js';

export interface ConnectionCollectorOptions {
  readonly host: HostName;
  readonly processTable: ProcessTable;
  readonly containerOf: (cgroup: string) => ContainerId | undefined;
  readonly runtimes: readonly Runtime[];
  readonly news?: ContainerNews;
  readonly procRoot: string;
  readonly sysRoot: string;
  readonly logger: Logger;
  /** `auto` takes netlink where it is to be had. */
  readonly mode?: 'auto' | 'netlink' | 'proc';
  /** Milliseconds between two passes over all sockets. */
  readonly passIntervalMs?: number;
  /** Milliseconds between two readings of tracked flows. */
  readonly flowIntervalMs?: number;
  readonly edgeLimit?: number;
  readonly edgeLimitPerContainer?: number;
  readonly listenerLimit?: number;
  readonly idleMs?: number;
  /** Keep the addresses of public clients instead of folding them into `internet`. */
  readonly publicPeers?: boolean;
  /** Name public peers by the DNS answers that pass by. */
  readonly listensForNames?: boolean;
  readonly services?: WellKnownServices;
  /** Of the destroy events' socket; tests make it tiny. */
  readonly receiveBufferBytes?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

export interface ConnectionCollector extends Collector {
  /** Processes that listen or are connected: the process collector keeps these first. */
  connectedPids(): ReadonlySet<number>;
  mode(): 'netlink' | 'proc';
  close(): Promise<void>;
}

/** Starts to watch the connections of all network namespaces of this host. */
export function createConnectionCollector(options: ConnectionCollectorOptions): ConnectionCollector {
  return new KernelConnectionCollector(options);
}

class KernelConnectionCollector implements ConnectionCollector {
  readonly name = 'connection';
  private readonly ledger: EdgeLedger;
  private readonly tracker: ConnectionTracker;
  private readonly holders: SocketHolders;
  private readonly strangers: StrangeNamespaces;
  private readonly joinable: JoinableNamespaces;
  private readonly source: SocketSource;
  private readonly watch: ConnectionWatch;
  private readonly translation: AddressTranslation;
  private readonly names: PeerNames;
  private readonly now: () => number;
  private timer: NodeJS.Timeout | undefined;
  private dueAt = -Infinity;
  private lastPassAt = -Infinity;
  private failure: Error | undefined;
  private eventsFailure: Error | undefined;
  private reportedFolded = 0;
  private closed = false;

  constructor(private readonly options: ConnectionCollectorOptions) {
    const { host, procRoot, sysRoot, logger, containerOf, processTable } = options;
    this.now = options.now ?? (() => performance.now());
    const firstPort = firstEphemeralPort(procRoot);
    const ownNamespace = ownNamespaceInode(procRoot);
    const ownPid = ownProcessId(procRoot);
    const cgroupIds = new CgroupIds(sysRoot);
    this.ledger = new EdgeLedger(host, {
      edges: options.edgeLimit ?? 20_000,
      edgesPerContainer: options.edgeLimitPerContainer ?? 1_000,
      idleMs: options.idleMs ?? 15 * 60_000,
    });
    this.holders = new SocketHolders({
      procRoot,
      containerOf,
      now: this.now,
      isFile: (pid, descriptor) => pid === ownPid && isKeptDescriptor(Number(descriptor)),
    });
    this.strangers = new StrangeNamespaces(this.now);
    this.joinable = new JoinableNamespaces(options.runtimes);
    const inhabitants = new Inhabitants({ procRoot, now: this.now });
    const surroundings: Surroundings = {
      ownerOfInode: (inode) => this.holders.ownerOf(inode),
      ownerOfCgroup: (id) => {
        const path = cgroupIds.pathOf(id);
        return path === undefined
          ? undefined
          : { containerId: containerOf(path) ?? NO_CONTAINER, process: '', pid: 0 };
      },
      actualDestination: (namespace, tuple) => this.translation.actualDestination(namespace, tuple),
      actualSource: (namespace, tuple) => this.translation.actualSource(namespace, tuple),
      proxyTarget: ({ process, pid }) =>
        process === USERLAND_PROXY ? userlandProxyTarget(procRoot, pid) : undefined,
      nameOf: (namespace, address) => this.names.nameOf(namespace, address),
      strangerAt: (address) => this.strangers.namespaceOf(address),
      mayBeJoined: (namespace, isSettled) => this.joinable.mayBeJoined(namespace, isSettled),
      mayBeJoinedUnseen: () => options.runtimes.some((runtime) => runtime.settle !== undefined),
      isInhabited: (namespace) => inhabitants.isInhabited(namespace),
    };
    this.names = new PeerNames({
      listens: options.listensForNames ?? false,
      services: options.services ?? NO_SERVICES,
      hostAddresses: () => this.tracker.namespaces.get(ownNamespace)?.addresses ?? [],
      logger,
      now: this.now,
    });
    this.tracker = new ConnectionTracker({
      ledger: this.ledger,
      surroundings,
      publicPeers: options.publicPeers ?? false,
      firstEphemeralPort: firstPort,
    });
    this.source = openSocketSource({
      mode: options.mode ?? 'auto',
      procRoot,
      logger,
      receiveBufferBytes: options.receiveBufferBytes,
      onDestroyed: (record, origin) => this.watch.destroyed(record, origin),
      onBatch: (overruns) => {
        if (overruns > 0) {
          this.watch.lostEvents();
        }
        this.schedule();
      },
      onError: (error) => {
        this.eventsFailure = error;
      },
    });
    this.translation = new AddressTranslation(
      this.source,
      (address) => this.tracker.namespacesOf(address),
      this.now,
    );
    this.watch = new ConnectionWatch({
      source: this.source,
      tracker: this.tracker,
      holders: this.holders,
      strangers: this.strangers,
      inhabitants,
      cgroupIds,
      processTable,
      containerOf,
      containers: () => this.containers(),
      settleJoiners: () => this.settleJoiners(),
      logger,
      now: this.now,
      firstEphemeralPort: firstPort,
      procRoot,
      ownNamespace,
      flowIntervalMs: options.flowIntervalMs ?? FLOW_INTERVAL_MS,
      maxTableAgeMs: TABLE_AGE_PASSES * (options.passIntervalMs ?? PASS_INTERVAL_MS),
    });
    options.news?.on('started', this.onStarted).on('ended', this.onEnded).on('joined', this.onJoined);
    this.schedule();
  }

  async collect(sink: SampleSink): Promise<void> {
    if (this.lastPassAt === -Infinity) {
      await this.runPass();
    }
    const failure = this.eventsFailure ?? this.failure;
    if (failure !== undefined) {
      throw failure;
    }
    this.tracker.presumed.giveKnown(this.now());
    const { folded } = this.ledger;
    writeEdges(sink, [...this.ledger.values()], folded - this.reportedFolded);
    this.reportedFolded = folded;
    writeListeners(
      sink,
      this.options.host,
      this.listeners(),
      this.containers(),
      this.options.listenerLimit ?? 5_000,
    );
    this.writeSelf(sink);
  }

  mode(): 'netlink' | 'proc' {
    return this.source.mode;
  }

  connectedPids(): ReadonlySet<number> {
    return this.holders.pids;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.options.news?.off('started', this.onStarted).off('ended', this.onEnded).off('joined', this.onJoined);
    clearTimeout(this.timer);
    this.names.close();
    await this.source.close();
  }

  private readonly onStarted = (container: Container): void => this.watch.started(container);

  private readonly onJoined = ({ id, networkMode }: JoiningContainer): void => {
    const host = networkMode === undefined ? ANY_CONTAINER : this.joinable.hostOf({ networkMode });
    if (host !== undefined) {
      this.watch.joined(host, id);
    }
  };

  private async settleJoiners(): Promise<void> {
    await Promise.all(this.options.runtimes.map(async (runtime) => runtime.settle?.()));
  }

  private readonly onEnded = (container: Container, endedSeconds: number): void =>
    this.strangers.noteEnd(container, this.now() - (Date.now() - endedSeconds * 1_000));

  /** A pass at every interval; sooner when events wait for it. */
  private schedule(): void {
    if (this.closed) {
      return;
    }
    const interval = Math.max(
      this.options.passIntervalMs ?? PASS_INTERVAL_MS,
      Math.min(this.watch.lastLookMs * PASS_SHARE, LONGEST_INTERVAL_MS),
    );
    const dueAt = this.lastPassAt + Math.min(this.watch.patienceMs, interval);
    // Asked after each batch of announcements, of which there are several a second.
    if (this.timer !== undefined && dueAt === this.dueAt) {
      return;
    }
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        void this.runPass().finally(() => this.schedule());
      },
      Math.max(0, dueAt - this.now()),
    );
    this.timer.unref();
  }

  private async runPass(): Promise<void> {
    try {
      await this.watch.pass();
      this.failure = undefined;
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.options.logger.error({ err: error }, 'a pass over the sockets failed');
    }
    this.lastPassAt = this.now();
  }

  private containers(): Container[] {
    return this.options.runtimes.flatMap((runtime) => runtime.containers());
  }

  private *listeners() {
    for (const { listening } of this.tracker.namespaces.values()) {
      yield* listening.all();
    }
  }

  private writeSelf(sink: SampleSink): void {
    const { host } = this.options;
    sink.family(families.connectionsUnattributed);
    for (const [reason, count] of this.tracker.attribution.unattributed) {
      sink.sample(renderLabels(families.connectionsUnattributed, { host, reason }), count);
    }
    const { events } = this.source;
    if (events !== undefined) {
      sink.family(families.netlinkOverruns);
      sink.sample(renderLabels(families.netlinkOverruns, { host }), events.overruns);
      sink.family(families.netlinkEvents);
      sink.sample(renderLabels(families.netlinkEvents, { host, kind: 'destroy' }), events.received);
    }
  }
}

const PASS_INTERVAL_MS = 5_000;
/** Each reading walks the whole host's table of tracked flows: milliseconds. A flow stays in it for 30 s, and a pass may be late. */
const FLOW_INTERVAL_MS = 15_000;
/**
 * Reading all processes costs more than a pass: events say when a namespace is new, and the table may lag. Scrapes read
 * them, too, mostly more often than that.
 */
const TABLE_AGE_PASSES = 6;
/** On a host with very many sockets or namespaces, passes take about this share of a processor at most: 1 in 50. */
const PASS_SHARE = 50;
const LONGEST_INTERVAL_MS = 30_000;
