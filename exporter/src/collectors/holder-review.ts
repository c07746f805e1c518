import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { SocketOwner } from '../edges/listening-set.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { ProcessRecord } from '../kernel/process.js';
import { readProcessName } from '../kernel/procfs.js';
import type { SocketHolders } from './socket-holders.js';

export interface HolderReviewOptions {
  readonly procRoot: string;
  readonly containerOf: (cgroup: string) => ContainerId | undefined;
  readonly holders: SocketHolders;
  readonly namespaces: ReadonlyMap<number, TrackedNamespace>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** The sockets that others may hold, too. */
interface SharedSockets {
  readonly inodes: ReadonlySet<number>;
  /** How many listeners each program holds in a namespace, by that, and all together. */
  readonly counts: ReadonlyMap<
    number,
    { readonly all: number; readonly byName: ReadonlyMap<string, number> }
  >;
  /** Whose relatives, those with other programs, may hold the same. */
  readonly newPids: ReadonlySet<number>;
}

interface HeldListeners extends SharedSockets {
  /** Numbers, names and cgroups of all that hold one. */
  readonly pids: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
  readonly cgroups: ReadonlySet<string>;
}

/** Where those that are asked one after the other, some at each pass, have got to. */
interface Turn {
  lastPid: number;
  /** Descriptors that have been read since the pass that was to read the first of them. */
  readAhead: number;
}

/**
 * Finds who else holds a socket than who was found first. Of a listener any of them may accept what arrives: those that it
 * was left or passed to since, and those that had it all along. Of a connection nobody knows which of them uses it, one
 * that a process was left as it began and who opened it. Processes of the same program make no difference.
 */
export class HolderReview {
  private reviewed: ReadonlyMap<number, ProcessRecord> | undefined;
  /** When the youngest had started that the last review saw, and the one before, in ticks. */
  private newestTicks = -Infinity;
  private formerNewestTicks = -Infinity;
  /** Which programs held a listener when their relatives were asked, by its inode. */
  private asked: ReadonlyMap<number, string> = new Map();
  private readonly turnOfNeighbours: Turn = { lastPid: 0, readAhead: 0 };
  private readonly turnOfOthers: Turn = { lastPid: 0, readAhead: 0 };

  constructor(private readonly options: HolderReviewOptions) {}

  /** At a pass, when listeners have been dumped, and before holders are looked for: whether they still hold them. */
  async recheck(pause: () => Promise<void>): Promise<void> {
    const { procRoot, holders, now } = this.options;
    const names = new Map<number, string | undefined>();
    const nameOf = (pid: number): string | undefined => {
      if (!names.has(pid)) {
        names.set(pid, readProcessName(procRoot, pid));
      }
      return names.get(pid);
    };
    for (const { listening } of this.options.namespaces.values()) {
      for (const listener of listening.all()) {
        if (!holders.recheck(listener.inode, nameOf)) {
          listening.own(listener, undefined, now());
        }
      }
      await pause();
    }
  }

  /**
   * When holders have been looked for, those of sockets that were just `opened`, too (inodes): asks those that may have inherited a listener,
   * the relatives of new holders, and some of their neighbours and of all the others in turn. `processes` are all of the
   * host.
   */
  async findOthers(
    processes: ReadonlyMap<number, ProcessRecord>,
    opened: Iterable<number>,
    pause: () => Promise<void>,
  ): Promise<void> {
    const newcomers = this.newcomers(processes);
    const held = this.held(processes);
    const left = this.leftToNewcomers(opened, newcomers, held);
    await this.ask(neighbours(processes, left.newPids), left, READ_AT_ONCE, pause);
    if (held.inodes.size > 0) {
      const heirs =
        this.reviewed === undefined ? [] : newcomers.filter((one) => mayInherit(one, processes, held));
      const relatives = [...ancestors(processes, held.newPids), ...neighbours(processes, held.newPids)];
      await this.ask(new Set([...heirs, ...relatives]), held, READ_AT_ONCE, pause);
      const near = new Set(neighbours(processes, held.pids));
      await this.askInTurn(this.turnOfNeighbours, [...near], held, pause);
      const far = [...processes.values()].filter((process) => !near.has(process));
      await this.askInTurn(this.turnOfOthers, far, held, pause);
    }
    this.note(processes);
  }

  /** Connections that a process may have inherited that is younger than the pass before. */
  private leftToNewcomers(
    opened: Iterable<number>,
    newcomers: readonly ProcessRecord[],
    held: HeldListeners,
  ): SharedSockets {
    const { holders } = this.options;
    const isNew = new Set(newcomers.map(({ pid }) => pid));
    const inodes = new Set<number>();
    const newPids = new Set<number>();
    for (const inode of isNew.size === 0 ? [] : opened) {
      const pid = holders.ownerOf(inode)?.pid;
      if (pid !== undefined && isNew.has(pid) && !held.inodes.has(inode)) {
        inodes.add(inode);
        newPids.add(pid);
      }
    }
    return { inodes, counts: new Map(), newPids };
  }

  /** One process may have a hundred thousand descriptors: then the next passes ask nobody, until it was time to. */
  private async askInTurn(
    turn: Turn,
    processes: readonly ProcessRecord[],
    held: HeldListeners,
    pause: () => Promise<void>,
  ): Promise<void> {
    turn.readAhead = Math.max(0, turn.readAhead - READ_IN_TURN);
    if (turn.readAhead < READ_IN_TURN) {
      const suspects = startingAfter(turn.lastPid, processes);
      const { read, lastPid } = await this.ask(suspects, held, READ_IN_TURN - turn.readAhead, pause);
      turn.readAhead += read;
      turn.lastPid = lastPid;
    }
  }

  private held(processes: ReadonlyMap<number, ProcessRecord>): HeldListeners {
    const { holders, namespaces } = this.options;
    const inodes = new Set<number>();
    const counts = new Map<number, { all: number; byName: Map<string, number> }>();
    const pids = new Set<number>();
    const names = new Set<string>();
    const cgroups = new Set<string>();
    const newPids = new Set<number>();
    const asked = new Map<number, string>();
    for (const { inode: namespace, listening } of namespaces.values()) {
      const byName = new Map<string, number>();
      let all = 0;
      for (const { inode } of listening.all()) {
        const owners = holders.ownersOf(inode);
        if (owners.length === 0) {
          continue;
        }
        all++;
        inodes.add(inode);
        const programs = owners.map(({ process }) => process).join(' ');
        const isNew = this.asked.get(inode) !== programs;
        asked.set(inode, programs);
        for (const { process, pid } of owners) {
          pids.add(pid);
          names.add(process);
          byName.set(process, (byName.get(process) ?? 0) + 1);
          cgroups.add(processes.get(pid)?.cgroup ?? '');
          if (isNew) {
            newPids.add(pid);
          }
        }
      }
      counts.set(namespace, { all, byName });
    }
    this.asked = asked;
    return { inodes, counts, pids, names, cgroups, newPids };
  }

  /** Asks one after the other, until so many descriptors have been read. */
  private async ask(
    suspects: Iterable<ProcessRecord>,
    { inodes, counts }: SharedSockets,
    most: number,
    pause: () => Promise<void>,
  ): Promise<{ read: number; lastPid: number }> {
    const { holders, namespaces, containerOf } = this.options;
    let read = 0;
    let lastPid = 0;
    for (const process of suspects) {
      const { pid, name, netns, cgroup } = process;
      const { all, byName } = counts.get(netns) ?? { all: 0, byName: undefined };
      const isAlone = namespaces.get(netns)?.soleOccupant !== undefined;
      if (isAlone && byName?.get(name) === all) {
        // It is the program that holds them all.
        continue;
      }
      const containerId = containerOf(cgroup) ?? NO_CONTAINER;
      const isOthers = (inode: number): boolean =>
        inodes.has(inode) &&
        !holders.ownersOf(inode).some((owner) => owner.process === name && owner.containerId === containerId);
      read += 1 + (await holders.share(process, { has: isOthers }, pause));
      lastPid = pid;
      await pause();
      if (read >= most) {
        break;
      }
    }
    return { read, lastPid };
  }

  /** Each is looked at twice: at first it may not have begun its own program yet. And when it is called otherwise. */
  private newcomers(processes: ReadonlyMap<number, ProcessRecord>): readonly ProcessRecord[] {
    const { reviewed } = this;
    return reviewed === processes
      ? []
      : [...processes.values()].filter(
          ({ pid, name, startTicks }) =>
            startTicks >= this.formerNewestTicks || reviewed?.get(pid)?.name !== name,
        );
  }

  private note(processes: ReadonlyMap<number, ProcessRecord>): void {
    if (this.reviewed === processes) {
      return;
    }
    this.reviewed = processes;
    this.formerNewestTicks = this.newestTicks;
    for (const { startTicks } of processes.values()) {
      this.newestTicks = Math.max(this.newestTicks, startTicks);
    }
  }
}

/**
 * Those of its holders that accept what arrives: systemd keeps the listeners of its services only for them. Of others
 * nobody knows: a supervisor that leaves a listener to its workers may accept there, too.
 */
export function acceptorsOf(owners: readonly SocketOwner[]): readonly SocketOwner[] {
  const services = owners.filter(({ process }) => process !== KEEPER);
  return services.length > 0 ? services : owners;
}

const KEEPER = 'systemd';
const MOST_ANCESTORS = 16;
/** Descriptors a pass, at five to ten microseconds each. */
const READ_AT_ONCE = 5_000;
/** Likewise. */
const READ_IN_TURN = 300;

/** Whether it descends from a program that holds listeners, or, its parent having ended, belongs to the same service or container. */
function mayInherit(
  process: ProcessRecord,
  processes: ReadonlyMap<number, ProcessRecord>,
  { names, cgroups }: HeldListeners,
): boolean {
  return (
    cgroups.has(process.cgroup) ||
    ancestorsOf(process, processes).some(({ name }) => name !== process.name && names.has(name))
  );
}

/** Those that holders descend from: they may have opened what those hold. */
function ancestors(
  processes: ReadonlyMap<number, ProcessRecord>,
  holders: ReadonlySet<number>,
): readonly ProcessRecord[] {
  return recordsOf(holders, processes).flatMap((holder) =>
    ancestorsOf(holder, processes).filter(({ name }) => name !== holder.name),
  );
}

/** Those of the same service, container or session as holders. */
function neighbours(
  processes: ReadonlyMap<number, ProcessRecord>,
  holders: ReadonlySet<number>,
): readonly ProcessRecord[] {
  const namesIn = new Map<string, Set<string>>();
  for (const { cgroup, name } of recordsOf(holders, processes)) {
    namesIn.set(cgroup, (namesIn.get(cgroup) ?? new Set()).add(name));
  }
  const isNeighbour = ({ cgroup, name }: ProcessRecord): boolean => {
    const names = namesIn.get(cgroup);
    return names !== undefined && (names.size > 1 || !names.has(name));
  };
  return namesIn.size === 0 ? [] : [...processes.values()].filter(isNeighbour);
}

function recordsOf(
  pids: ReadonlySet<number>,
  processes: ReadonlyMap<number, ProcessRecord>,
): readonly ProcessRecord[] {
  return [...pids].flatMap((pid) => processes.get(pid) ?? []);
}

/** The nearest first. */
function ancestorsOf(
  { ppid }: ProcessRecord,
  processes: ReadonlyMap<number, ProcessRecord>,
): readonly ProcessRecord[] {
  const ancestors: ProcessRecord[] = [];
  let ancestor = processes.get(ppid);
  while (ancestor !== undefined && ancestors.length < MOST_ANCESTORS) {
    ancestors.push(ancestor);
    ancestor = processes.get(ancestor.ppid);
  }
  return ancestors;
}

/** By their numbers, the one after that first, and round. */
function startingAfter(pid: number, processes: readonly ProcessRecord[]): ProcessRecord[] {
  const sorted = processes.toSorted((a, b) => a.pid - b.pid);
  const next = sorted.findIndex((process) => process.pid > pid);
  return next <= 0 ? sorted : [...sorted.slice(next), ...sorted.slice(0, next)];
}
