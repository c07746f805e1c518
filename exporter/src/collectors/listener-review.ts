import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { SocketOwner } from '../edges/listening-set.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { ProcessRecord } from '../kernel/process.js';
import { readProcessName } from '../kernel/procfs.js';
import type { ProcessesOfNamespaces } from './namespace-census.js';
import type { SocketHolders } from './socket-holders.js';

export interface ListenerReviewOptions {
  readonly procRoot: string;
  readonly containerOf: (cgroup: string) => ContainerId | undefined;
  readonly holders: SocketHolders;
  readonly namespaces: ReadonlyMap<number, TrackedNamespace>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** A process that may hold listeners of others, and the inodes of those. */
interface Suspect {
  readonly process: ProcessRecord;
  readonly inodes: ReadonlySet<number>;
}

/**
 * Finds who else holds a listener than who was found first, for any of them may accept what arrives: those that it was
 * left or passed to since, and those that had it all along. Processes of the same program make no difference.
 */
export class ListenerReview {
  private reviewed: ReadonlyMap<number, ProcessRecord> | undefined;
  /** When the youngest had started that the last review saw, and the one before, in ticks. */
  private newestTicks = -Infinity;
  private formerNewestTicks = -Infinity;
  /** Listeners of which everybody in their namespace was asked since their holders last changed, by their inodes. */
  private asked = new Set<number>();
  /** Of those that are asked in turn, the last one that was. */
  private lastPid = 0;

  constructor(private readonly options: ListenerReviewOptions) {}

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
    const asked = new Set<number>();
    for (const { listening } of this.options.namespaces.values()) {
      for (const listener of listening.all()) {
        const { inode } = listener;
        if (!holders.recheck(inode, nameOf)) {
          listening.own(listener, undefined, now());
        } else if (this.asked.has(inode)) {
          asked.add(inode);
        }
      }
      await pause();
    }
    this.asked = asked;
  }

  /**
   * When holders have been looked for: asks those that may have inherited a listener, everybody in the namespace of one
   * whose holders are new, and some of the others in turn. `processes` are all of the host.
   */
  async findOthers(
    processes: ReadonlyMap<number, ProcessRecord>,
    processesOf: ProcessesOfNamespaces,
    pause: () => Promise<void>,
  ): Promise<void> {
    const { holders } = this.options;
    const { atOnce, inTurn } = this.suspects(processesOf);
    for (const { process, inodes } of [...this.heirs(processes), ...atOnce]) {
      await holders.share(process, inodes, pause);
      await pause();
    }
    let read = 0;
    for (const { process, inodes } of startingAfter(this.lastPid, inTurn)) {
      read += 1 + (await holders.share(process, inodes, pause));
      this.lastPid = process.pid;
      await pause();
      if (read >= READ_IN_TURN) {
        break;
      }
    }
    this.note(processes);
  }

  /** Processes that descend from a program that holds listeners, when they are new. */
  private heirs(processes: ReadonlyMap<number, ProcessRecord>): Suspect[] {
    const heldBy = new Map<string, number[]>();
    for (const { listening } of this.options.namespaces.values()) {
      for (const { inode } of listening.all()) {
        for (const { process } of this.options.holders.ownersOf(inode)) {
          const inodes = heldBy.get(process);
          if (inodes === undefined) {
            heldBy.set(process, [inode]);
          } else {
            inodes.push(inode);
          }
        }
      }
    }
    return this.newcomers(processes).flatMap((process) => {
      const inodes = new Set<number>();
      let ancestor = processes.get(process.ppid);
      for (let depth = 0; ancestor !== undefined && depth < MOST_ANCESTORS; depth++) {
        if (ancestor.name !== process.name) {
          heldBy.get(ancestor.name)?.forEach((inode) => inodes.add(inode));
        }
        ancestor = processes.get(ancestor.ppid);
      }
      return inodes.size === 0 ? [] : { process, inodes };
    });
  }

  /** Each is looked at twice: at first it may not have begun its own program yet. And when it is called otherwise. */
  private newcomers(processes: ReadonlyMap<number, ProcessRecord>): readonly ProcessRecord[] {
    const { reviewed } = this;
    return reviewed === undefined || reviewed === processes
      ? []
      : [...processes.values()].filter(
          ({ pid, name, startTicks }) =>
            startTicks >= this.formerNewestTicks || reviewed.get(pid)?.name !== name,
        );
  }

  /** Everybody who lives where others listen; to be asked at once where the holders of a listener are new. */
  private suspects(processesOf: ProcessesOfNamespaces): { atOnce: Suspect[]; inTurn: Suspect[] } {
    const { namespaces, holders, containerOf } = this.options;
    const atOnce: Suspect[] = [];
    const inTurn: Suspect[] = [];
    for (const { inode: namespace, listening } of namespaces.values()) {
      const programsOf = new Map<number, ReadonlySet<string>>();
      for (const { inode } of listening.all()) {
        const owners = holders.ownersOf(inode);
        if (owners.length > 0) {
          programsOf.set(inode, new Set(owners.map(programOf)));
        }
      }
      const isNew = [...programsOf.keys()].some((inode) => !this.asked.has(inode));
      const heldByOthers = new Map<string, ReadonlySet<number>>();
      for (const process of programsOf.size === 0 ? [] : (processesOf.get(namespace) ?? [])) {
        const containerId = containerOf(process.cgroup) ?? NO_CONTAINER;
        const program = programOf({ containerId, process: process.name });
        const inodes =
          heldByOthers.get(program) ??
          new Set([...programsOf].flatMap(([inode, programs]) => (programs.has(program) ? [] : inode)));
        heldByOthers.set(program, inodes);
        if (inodes.size > 0) {
          (isNew ? atOnce : inTurn).push({ process, inodes });
        }
      }
      for (const inode of programsOf.keys()) {
        this.asked.add(inode);
      }
    }
    return { atOnce, inTurn };
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
/** Descriptors a pass, at five to ten microseconds each: of a thousand processes each is asked within two minutes. */
const READ_IN_TURN = 300;

function programOf({ containerId, process }: Omit<SocketOwner, 'pid'>): string {
  return `${containerId} ${process}`;
}

/** By their numbers, the one after that first, and round. */
function startingAfter(pid: number, suspects: readonly Suspect[]): Suspect[] {
  const sorted = suspects.toSorted((a, b) => a.process.pid - b.process.pid);
  const next = sorted.findIndex(({ process }) => process.pid > pid);
  return next <= 0 ? sorted : [...sorted.slice(next), ...sorted.slice(0, next)];
}
