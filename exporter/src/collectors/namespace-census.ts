import type { Logger } from 'pino';
import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { ConnectionTracker } from '../edges/connection-tracker.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { CgroupIds } from '../kernel/cgroup-id.js';
import type { ProcessRecord, ProcessSnapshot, ProcessTable } from '../kernel/process.js';
import type { SocketSource } from '../kernel/socket-source.js';
import type { Inhabitants } from './inhabitants.js';

export interface NamespaceCensusOptions {
  readonly source: Pick<SocketSource, 'open' | 'release' | 'events'>;
  readonly tracker: ConnectionTracker;
  readonly inhabitants: Inhabitants;
  readonly cgroupIds: CgroupIds;
  readonly processTable: ProcessTable;
  readonly containerOf: (cgroup: string) => ContainerId | undefined;
  readonly logger: Logger;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** How old what is known of processes may be, in milliseconds; new ones are found at every pass. */
  readonly maxTableAgeMs: number;
}

/** The processes of each network namespace, by its inode. */
export type ProcessesOfNamespaces = ReadonlyMap<number, readonly ProcessRecord[]>;

/** What tells whose a process is. */
type Occupant = Pick<ProcessRecord, 'pid' | 'name' | 'cgroup'>;

/** When somebody came into a namespace. */
interface Arrival {
  readonly at: number;
  /** How many passes there had been. */
  readonly pass: number;
}

interface Newcomer extends Arrival {
  /** Not its inode, which is another's when it is gone. */
  readonly namespace: TrackedNamespace;
  readonly process: Occupant;
}

/** Whose namespace a container has joined of which nobody could say whose. */
export const ANY_CONTAINER = 'any';

/** Whose namespace another has joined. */
export type NetworkHost = ContainerId | typeof ANY_CONTAINER;

/** A container that has joined the namespace of another. */
interface Visit extends Arrival {
  readonly host: NetworkHost;
  readonly visitor: ContainerId;
}

interface Census {
  readonly snapshot: ProcessSnapshot;
  readonly processesOf: ProcessesOfNamespaces;
}

/** When a namespace was found without a process. */
interface Emptiness {
  readonly at: number;
  /** Of the announcements of ends. */
  readonly turn: number;
}

/** Who lives in which network namespace: opens those that processes live in, lets go of those that nobody lives in. */
export class NamespaceCensus {
  private emptySince = new Map<number, Emptiness>();
  private last: Census | undefined;
  private newcomers: Newcomer[] = [];
  private visits: Visit[] = [];
  /** When processes of its containers were last seen in a namespace. */
  private readonly lastSeen = new WeakMap<TrackedNamespace, Map<ContainerId, Arrival>>();
  private passes = 0;
  private isFirst = true;

  constructor(private readonly options: NamespaceCensusOptions) {}

  /** At the beginning of a pass; `isWhole` reads every process again, not only those that are new. */
  take(isWhole: boolean): ProcessesOfNamespaces {
    const { tracker, maxTableAgeMs, now } = this.options;
    const processesOf = this.readProcesses(isWhole ? 0 : maxTableAgeMs);
    this.passes++;
    const time = now();
    this.newcomers = this.newcomers.filter((each) => this.stays(each, time));
    this.visits = this.visits.filter((each) => this.stays(each, time));
    for (const [inode, processes] of processesOf) {
      if (processes.some(({ pid }) => this.open(inode, pid)) && !tracker.namespaces.has(inode)) {
        tracker.namespaces.set(inode, new TrackedNamespace(inode, this.isFirst));
      }
    }
    this.isFirst = false;
    this.noteOccupants(processesOf);
    this.letGoOfEmpty(processesOf);
    return processesOf;
  }

  /**
   * Between passes: a process has just come into a namespace, which nobody else lives in when it is alone. It counts
   * among those who live there for a while, though it
   * may have ended by the next pass, for what it did may be told after that. Undefined when it has gone already, and
   * before the first pass, which finds what was there before the exporter.
   */
  welcome(inode: number, process: Occupant, isAlone: boolean): TrackedNamespace | undefined {
    const { tracker, now } = this.options;
    if (this.isFirst || !this.open(inode, process.pid)) {
      return undefined;
    }
    const namespace = tracker.namespaces.get(inode) ?? new TrackedNamespace(inode, false);
    tracker.namespaces.set(inode, namespace);
    this.newcomers.push({ namespace, process, at: now(), pass: this.passes });
    this.noteOccupantsOf(namespace, isAlone ? [] : (this.last?.processesOf.get(inode) ?? []));
    return namespace;
  }

  /**
   * Between passes: a container joins the namespace of `host`, and may have left it before anybody can look. It counts
   * among those who live there for a while.
   */
  visit(host: NetworkHost, visitor: ContainerId): void {
    const { tracker, now } = this.options;
    this.visits.push({ host, visitor, at: now(), pass: this.passes });
    for (const namespace of tracker.namespaces.values()) {
      const { occupants, sandbox } = namespace;
      if (host === ANY_CONTAINER || occupants.has(host) || sandbox === host) {
        this.noteOccupantsOf(namespace, this.last?.processesOf.get(namespace.inode) ?? []);
      }
    }
  }

  /** Reads again who lives in the namespaces that are known: there may be new processes. */
  retake(): ProcessesOfNamespaces {
    const before = this.last?.processesOf;
    const processesOf = this.readProcesses(this.options.maxTableAgeMs);
    if (processesOf !== before) {
      this.noteOccupants(processesOf);
    }
    return processesOf;
  }

  /** All processes of the host, as last read. */
  get processes(): ReadonlyMap<number, ProcessRecord> {
    return this.last?.snapshot.processes ?? new Map<number, ProcessRecord>();
  }

  private readProcesses(maxAgeMs: number): ProcessesOfNamespaces {
    const { processTable, cgroupIds } = this.options;
    const snapshot = processTable.discover(maxAgeMs);
    if (this.last?.snapshot !== snapshot) {
      cgroupIds.learn(new Set([...snapshot.processes.values()].map(({ cgroup }) => cgroup)));
      this.last = { snapshot, processesOf: byNamespace(snapshot) };
    }
    return this.last.processesOf;
  }

  private open(inode: number, pid: number): boolean {
    try {
      return this.options.source.open(inode, pid);
    } catch (error) {
      this.options.logger.debug({ err: error, namespace: inode, pid }, 'cannot open a network namespace');
      return false;
    }
  }

  private noteOccupants(processesOf: ProcessesOfNamespaces): void {
    const { tracker, inhabitants } = this.options;
    inhabitants.learn(processesOf);
    for (const [inode, processes] of processesOf) {
      const namespace = tracker.namespaces.get(inode);
      if (namespace !== undefined) {
        this.noteOccupantsOf(namespace, processes);
      }
    }
  }

  private noteOccupantsOf(namespace: TrackedNamespace, found: readonly Occupant[]): void {
    const { containerOf } = this.options;
    const known = new Set(found.map(({ pid }) => pid));
    const came = this.newcomers.filter(
      (newcomer) => newcomer.namespace === namespace && !known.has(newcomer.process.pid),
    );
    const all = [...found, ...came.map(({ process }) => process)];
    const settled = all.filter(
      ({ name, cgroup }) => !RUNTIME_STEPS.test(name) || containerOf(cgroup) !== undefined,
    );
    const processes = settled.length > 0 ? settled : all;
    const busy = processes.filter(({ name }) => !SANDBOX_PROCESSES.has(name));
    const containersOf = (some: readonly Occupant[]) =>
      new Set(some.map(({ cgroup }) => containerOf(cgroup) ?? NO_CONTAINER));
    const occupants = containersOf(busy.length > 0 ? busy : processes);
    const everybody = containersOf(processes);
    const hasContainers = [...everybody].some((id) => id !== NO_CONTAINER);
    const visits = this.visits.filter(({ host }) =>
      host === ANY_CONTAINER ? hasContainers : everybody.has(host),
    );
    namespace.occupants = new Set([
      ...occupants,
      ...this.lately(namespace, found),
      ...visits.map(({ visitor }) => visitor),
    ]);
    [namespace.sandbox] = [...everybody].filter((id) => !namespace.occupants.has(id));
  }

  /** What a container did last may be told when it has ended: it counts among who lives there for a while. */
  private lately(namespace: TrackedNamespace, found: readonly Occupant[]): Iterable<ContainerId> {
    const { now, containerOf } = this.options;
    const at = now();
    const lastSeen = this.lastSeen.get(namespace) ?? new Map<ContainerId, Arrival>();
    this.lastSeen.set(namespace, lastSeen);
    for (const { name, cgroup } of found) {
      const id = SANDBOX_PROCESSES.has(name) ? undefined : containerOf(cgroup);
      if (id !== undefined) {
        lastSeen.set(id, { at, pass: this.passes });
      }
    }
    for (const [id, arrival] of lastSeen) {
      if (!this.stays(arrival, at)) {
        lastSeen.delete(id);
      }
    }
    return lastSeen.keys();
  }

  private stays({ at, pass }: Arrival, now: number): boolean {
    return now - at < STAY_MS || this.passes - pass <= STAY_PASSES;
  }

  private letGoOfEmpty(processesOf: ProcessesOfNamespaces): void {
    const { source, tracker, now, logger } = this.options;
    const emptySince = new Map<number, Emptiness>();
    const time = now();
    const turn = source.events?.turns ?? Infinity;
    for (const namespace of [...tracker.namespaces.values()]) {
      if (processesOf.has(namespace.inode)) {
        continue;
      }
      const since = this.emptySince.get(namespace.inode) ?? { at: time, turn };
      const hasHeardAll = turn === Infinity || turn >= since.turn + TURNS;
      if (time - since.at >= LAST_EVENTS_MS && hasHeardAll) {
        source.release(namespace.inode);
        tracker.removeNamespace(namespace, time);
        logger.debug({ namespace: namespace.inode }, 'network namespace is gone');
      } else {
        emptySince.set(namespace.inode, since);
      }
    }
    this.emptySince = emptySince;
  }
}

/** Passes may follow each other closely; the last sockets end a little after the last process. */
const LAST_EVENTS_MS = 2_000;
/** On a busy machine the thread that hears of ends may lag: one turn may have begun before, and one is on its way. */
const TURNS = 3;

/** The ends of short connections wait for some passes, and for each other, for about so long. */
const STAY_MS = 15_000;
const STAY_PASSES = 5;

/** A runtime on its way into a container (an exec), already in the namespace, and not yet in the cgroup. */
const RUNTIME_STEPS = /^(runc|crun)(:\[|$)/;

/** What holds the namespaces of a pod, and does nothing else: Kubernetes' and Podman's. */
const SANDBOX_PROCESSES: ReadonlySet<string> = new Set(['pause', 'catatonit']);

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
