import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import { commonOwner, type SocketOwner } from '../edges/listening-set.js';
import type { ProcessRecord } from '../kernel/process.js';
import { readOccupant } from '../kernel/procfs.js';
import { descriptorsOf, socketInodeOf } from '../kernel/socket-owners.js';

export interface SocketHoldersOptions {
  readonly procRoot: string;
  readonly containerOf: (cgroup: string) => ContainerId | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Whether a process keeps that descriptor for a file: the exporter has thousands of such. */
  readonly isFile?: ((pid: number, descriptor: string) => boolean) | undefined;
}

/** What may be asked of sockets while holders are looked for. */
export interface SocketKnowledge {
  /** Whether it is still worth looking for; asked of a few, between processes. */
  readonly isThere: (inode: number) => boolean;
  /** Whether this pass has seen it: a descriptor that held it before need not be read again. */
  readonly isOpen: (inode: number) => boolean;
}

interface KnownDescriptors {
  readonly startTicks: number;
  /** Inodes by descriptor. */
  readonly sockets: Map<string, number>;
}

/** Who holds a socket, behind which descriptor. */
interface Holding {
  readonly owner: SocketOwner;
  readonly startTicks: number;
  readonly descriptor: string;
}

/** Milliseconds. */
interface Unheld {
  readonly patience: number;
  readonly lookAgainAt: number;
}

/**
 * Which process holds which socket. Looking is dear (it reads the descriptors of a process), so it is done for unknown
 * inodes only, in the processes of their own namespace, those that held sockets before first, and not of descriptors
 * whose socket was found before and is still open.
 */
export class SocketHolders {
  private readonly holdings = new Map<number, Holding>();
  /** Others that hold the same. */
  private readonly sharers = new Map<number, readonly Holding[]>();
  /** Behind which descriptors sockets were found, by pid. */
  private readonly known = new Map<number, KnownDescriptors>();
  /** Inodes that no process held when last looked for. */
  private readonly unheld = new Map<number, Unheld>();
  private holderPids = new Set<number>();
  private found = 0;

  constructor(private readonly options: SocketHoldersOptions) {}

  /** Who is known to hold it; of several what they have in common. */
  ownerOf(inode: number): SocketOwner | undefined {
    return this.sharers.has(inode) ? commonOwner(this.ownersOf(inode)) : this.holdings.get(inode)?.owner;
  }

  /** Those that are known to hold it, the eldest first. */
  ownersOf(inode: number): readonly SocketOwner[] {
    return this.holdingsOf(inode).map(({ owner }) => owner);
  }

  /**
   * Asks those that are known to hold it whether they do so now, behind the same descriptor, and how they are called:
   * `nameOf` is undefined for one that has ended. Returns whether nothing has changed.
   */
  recheck(inode: number, nameOf: (pid: number) => string | undefined): boolean {
    const before = this.holdingsOf(inode);
    const after = before.flatMap((holding) => {
      const { owner, descriptor } = holding;
      const name = nameOf(owner.pid);
      if (name === undefined || socketInodeOf(this.options.procRoot, owner.pid, descriptor) !== inode) {
        this.known.get(owner.pid)?.sockets.delete(descriptor);
        return [];
      }
      return name === owner.process ? [holding] : [{ ...holding, owner: { ...owner, process: name } }];
    });
    const isSame =
      before.length === after.length && before.every((holding, index) => holding === after[index]);
    if (!isSame) {
      this.hold(inode, after);
    }
    return isSame;
  }

  /**
   * Looks whether that process holds any of these, too; of the many that may hold one, a few are kept. Returns how many
   * descriptors were read.
   */
  async share(
    process: ProcessRecord,
    wanted: Pick<ReadonlySet<number>, 'has'>,
    pause: () => Promise<void>,
  ): Promise<number> {
    const { holdings, read } = await this.search(process, wanted, pause, () => false);
    for (const [inode, holding] of holdings) {
      const others = this.holdingsOf(inode).filter(({ owner }) => owner.pid !== process.pid);
      this.hold(inode, fewOf([...others, holding]));
    }
    return read;
  }

  /** Processes that hold a connection or a listener. */
  get pids(): ReadonlySet<number> {
    return this.holderPids;
  }

  /** Whether its holder is neither known nor was looked for in vain just now. */
  isNews(inode: number, now = this.options.now()): boolean {
    return !this.holdings.has(inode) && (this.unheld.get(inode)?.lookAgainAt ?? 0) <= now;
  }

  /** Looks for the holders of `wanted` among the processes of their namespace; pauses meanwhile. */
  async find(
    wanted: Iterable<number>,
    processes: readonly ProcessRecord[],
    pause: () => Promise<void>,
    { isThere, isOpen }: SocketKnowledge,
  ): Promise<void> {
    const now = this.options.now();
    const missing = new Set<number>();
    for (const inode of wanted) {
      if (this.isNews(inode, now)) {
        missing.add(inode);
      }
    }
    if (missing.size === 0) {
      return;
    }
    const isFirstLook = [...missing].every((inode) => !this.unheld.has(inode));
    // A socket may be passed on while its descriptor is used again: what was not found so is looked for everywhere.
    const isKept = isFirstLook ? isOpen : () => false;
    for (const process of this.likeliestFirst(processes)) {
      if (missing.size === 0) {
        return;
      }
      const { holdings } = await this.search(process, missing, pause, isKept);
      for (const [inode, holding] of holdings) {
        missing.delete(inode);
        this.found++;
        this.unheld.delete(inode);
        this.holdings.set(inode, holding);
      }
      await pause();
      if (missing.size <= FEW) {
        [...missing].filter((inode) => !isThere(inode)).forEach((inode) => missing.delete(inode));
      }
    }
    for (const inode of missing) {
      // Its process may be younger than the list of processes: soon again, then ever more seldom.
      const patience = Math.min((this.unheld.get(inode)?.patience ?? SOONEST_MS / 2) * 2, LATEST_MS);
      this.unheld.set(inode, { patience, lookAgainAt: now + patience });
    }
  }

  /** Drops the memory that nobody held them, before other processes are asked. */
  lookAgain(inodes: Iterable<number>): void {
    for (const inode of inodes) {
      this.unheld.delete(inode);
    }
  }

  /** Enough has been found since the last `retain` for another to be worth its while. */
  get isCrowded(): boolean {
    return this.found > Math.max(LEAST_FOUND, this.holdings.size / 4);
  }

  /** Forgets sockets that are gone: `live` are those that the last pass saw. */
  retain(live: ReadonlySet<number>): void {
    this.found = 0;
    this.holderPids = new Set();
    for (const [inode, { owner }] of this.holdings) {
      if (live.has(inode)) {
        this.holderPids.add(owner.pid);
      } else {
        this.hold(inode, []);
      }
    }
    for (const others of this.sharers.values()) {
      others.forEach(({ owner }) => this.holderPids.add(owner.pid));
    }
    for (const inode of this.unheld.keys()) {
      if (!live.has(inode)) {
        this.unheld.delete(inode);
      }
    }
    for (const [pid, { sockets }] of this.known) {
      for (const [descriptor, inode] of sockets) {
        if (!live.has(inode)) {
          sockets.delete(descriptor);
        }
      }
      if (sockets.size === 0) {
        this.known.delete(pid);
      }
    }
  }

  /** Of processes that share a socket, the youngest uses it: a worker, not the parent that opened it. */
  private likeliestFirst(processes: readonly ProcessRecord[]): ProcessRecord[] {
    return processes.toSorted(
      (a, b) =>
        Number(this.holderPids.has(b.pid)) - Number(this.holderPids.has(a.pid)) ||
        b.startTicks - a.startTicks ||
        b.pid - a.pid,
    );
  }

  /** Those of `wanted` that a process holds, by their inodes, and how many descriptors were read. */
  private async search(
    process: ProcessRecord,
    wanted: Pick<ReadonlySet<number>, 'has'>,
    pause: () => Promise<void>,
    isKept: (inode: number) => boolean,
  ): Promise<{ holdings: ReadonlyMap<number, Holding>; read: number }> {
    const { procRoot, containerOf } = this.options;
    const { pid, startTicks } = process;
    const { found, read } = await this.readDescriptors(process, wanted, pause, isKept);
    const holdings = new Map<number, Holding>();
    // The record may be older than the process: it may have another program by now, or be another one altogether.
    const holder = found.length === 0 ? undefined : readOccupant(procRoot, pid);
    if (holder?.startTicks !== startTicks) {
      return { holdings, read };
    }
    const owner = { containerId: containerOf(holder.cgroup) ?? NO_CONTAINER, process: holder.name, pid };
    const sockets = this.knownOf(process)?.sockets ?? new Map<string, number>();
    this.known.set(pid, { startTicks, sockets });
    for (const [descriptor, inode] of found) {
      sockets.set(descriptor, inode);
      holdings.set(inode, { owner, startTicks, descriptor });
    }
    this.holderPids.add(pid);
    return { holdings, read };
  }

  /** Those of a process that hold what is wanted, with their sockets' inodes. */
  private async readDescriptors(
    process: ProcessRecord,
    wanted: Pick<ReadonlySet<number>, 'has'>,
    pause: () => Promise<void>,
    isKept: (inode: number) => boolean,
  ): Promise<{ found: [string, number][]; read: number }> {
    const { procRoot, isFile } = this.options;
    const known = this.knownOf(process)?.sockets;
    const found: [string, number][] = [];
    let read = 0;
    for (const descriptor of descriptorsOf(procRoot, process.pid)) {
      const held = known?.get(descriptor);
      if ((held !== undefined && isKept(held)) || isFile?.(process.pid, descriptor) === true) {
        continue;
      }
      const inode = socketInodeOf(procRoot, process.pid, descriptor);
      if (inode !== undefined && wanted.has(inode)) {
        found.push([descriptor, inode]);
      }
      if (++read % READ_AT_ONCE === 0) {
        await pause();
      }
    }
    return { found, read };
  }

  private holdingsOf(inode: number): readonly Holding[] {
    const first = this.holdings.get(inode);
    return first === undefined ? [] : [first, ...(this.sharers.get(inode) ?? [])];
  }

  private hold(inode: number, [first, ...others]: readonly Holding[]): void {
    if (first === undefined) {
      this.holdings.delete(inode);
    } else {
      this.holdings.set(inode, first);
    }
    if (others.length === 0) {
      this.sharers.delete(inode);
    } else {
      this.sharers.set(inode, others);
    }
  }

  private knownOf({ pid, startTicks }: ProcessRecord): KnownDescriptors | undefined {
    const known = this.known.get(pid);
    return known?.startTicks === startTicks ? known : undefined;
  }
}

/** The eldest, and one of another container, if there is: more would tell nothing more of what they have in common. */
function fewOf(holdings: readonly Holding[]): Holding[] {
  const sorted = holdings.toSorted((a, b) => a.startTicks - b.startTicks || a.owner.pid - b.owner.pid);
  const few = sorted.slice(0, MOST_SHARERS);
  const stranger = sorted.find(({ owner }) => owner.containerId !== few[0]?.owner.containerId);
  return stranger === undefined || few.includes(stranger) ? few : [...few, stranger];
}

/** Of one socket. */
const MOST_SHARERS = 4;
/** To ask for that many is cheaper than to look through one process. */
const FEW = 8;
/** Descriptors: a millisecond. */
const READ_AT_ONCE = 200;
const SOONEST_MS = 500;
const LATEST_MS = 60_000;
const LEAST_FOUND = 100;
