import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { ProcessRecord } from '../kernel/process.js';
import { readProcessName } from '../kernel/procfs.js';
import type { SocketHolders } from './socket-holders.js';

export interface ListenerReviewOptions {
  readonly procRoot: string;
  readonly holders: SocketHolders;
  readonly namespaces: ReadonlyMap<number, TrackedNamespace>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Finds the listeners that have changed hands since the last pass: a program that replaces itself leaves them to its next
 * version, one that only keeps them (systemd) to the service that it starts.
 */
export class ListenerReview {
  private reviewed: ReadonlyMap<number, ProcessRecord> | undefined;
  /** When the youngest had started that the last review saw, and the one before, in ticks. */
  private newestTicks = -Infinity;
  private formerNewestTicks = -Infinity;

  constructor(private readonly options: ListenerReviewOptions) {}

  /** At a pass, when the listeners have been dumped, and before holders are looked for; `processes` are all of the host. */
  async review(processes: ReadonlyMap<number, ProcessRecord>, pause: () => Promise<void>): Promise<void> {
    const held = await this.stillHeld(pause);
    if (held.size > 0) {
      for (const newcomer of this.newcomers(processes)) {
        const inherited = this.inheritedBy(newcomer, held, processes);
        if (inherited.size > 0) {
          await this.options.holders.look(newcomer, inherited, pause);
        }
      }
    }
    this.note(processes);
  }

  /** The inodes of listeners by the process that is known to hold them; those that it has left are nobody's. */
  private async stillHeld(pause: () => Promise<void>): Promise<Map<number, number[]>> {
    const { procRoot, holders, namespaces, now } = this.options;
    const names = new Map<number, string | undefined>();
    const held = new Map<number, number[]>();
    for (const { listening } of namespaces.values()) {
      for (const listener of listening.all()) {
        const holder = holders.ownerOf(listener.inode);
        if (holder === undefined) {
          continue;
        }
        const { pid } = holder;
        if (!names.has(pid)) {
          names.set(pid, readProcessName(procRoot, pid));
        }
        if (names.get(pid) === holder.process && holders.isStillHeld(listener.inode)) {
          const inodes = held.get(pid);
          if (inodes === undefined) {
            held.set(pid, [listener.inode]);
          } else {
            inodes.push(listener.inode);
          }
        } else {
          holders.forget(listener.inode);
          listening.own(listener, undefined, now());
        }
      }
      await pause();
    }
    return held;
  }

  /** Each is looked at twice: at first it may not have begun its own program yet. And when it is called otherwise. */
  private newcomers(processes: ReadonlyMap<number, ProcessRecord>): readonly ProcessRecord[] {
    const { reviewed } = this;
    return reviewed === undefined || reviewed === processes
      ? []
      : [...processes.values()]
          .filter(
            ({ pid, name, startTicks }) =>
              startTicks >= this.formerNewestTicks || reviewed.get(pid)?.name !== name,
          )
          .sort((a, b) => a.startTicks - b.startTicks);
  }

  /** What those hold that it descends from, unless they are of the same program: then it makes no difference. */
  private inheritedBy(
    { name, ppid }: ProcessRecord,
    held: ReadonlyMap<number, readonly number[]>,
    processes: ReadonlyMap<number, ProcessRecord>,
  ): ReadonlySet<number> {
    const inherited = new Set<number>();
    let ancestor = processes.get(ppid);
    for (let depth = 0; ancestor !== undefined && depth < MOST_ANCESTORS; depth++) {
      if (ancestor.name !== name) {
        held.get(ancestor.pid)?.forEach((inode) => inherited.add(inode));
      }
      ancestor = processes.get(ancestor.ppid);
    }
    return inherited;
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

const MOST_ANCESTORS = 16;
