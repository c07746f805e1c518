import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { ProcessRecord, ProcessSnapshot } from '../kernel/process.js';

/** All processes of one name in one container, or on the host outside containers. */
export interface ProcessGroup {
  readonly containerId: ContainerId;
  readonly name: string;
  readonly processes: number;
  /** Members that ended included: never falls while the group lives. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly threads: number;
  readonly openFiles: number | undefined;
}

export interface ProcessGroups {
  /** Adds a snapshot up; groups without a living member are left out. */
  add(snapshot: ProcessSnapshot, openFiles: ReadonlyMap<number, number>): ProcessGroup[];
}

interface Totals {
  readonly containerId: ContainerId;
  readonly name: string;
  cpuSeconds: number;
  lastSeen: number;
}

type Members = { -readonly [Key in Exclude<keyof ProcessGroup, keyof Totals>]: ProcessGroup[Key] };

/** A group whose members come and go, such as a job's, goes on counting where it stopped. */
const FORGET_AFTER_MS = 15 * 60_000;

/**
 * Counts each group's processor time by what its members added since the last snapshot, so that the total stands
 * when one ends, and moves nowhere when one takes another name. What a process uses between its last snapshot and
 * its end is not seen.
 */
export function createProcessGroups(containerOf: (cgroup: string) => ContainerId | undefined): ProcessGroups {
  const totals = new Map<string, Totals>();
  let before: ProcessSnapshot['processes'] = new Map();

  return {
    add(snapshot, openFiles) {
      const groups = new Map<Totals, Members>();
      for (const record of snapshot.processes.values()) {
        const total = totalOf(record, snapshot.takenAt);
        total.cpuSeconds += Math.max(0, record.cpuSeconds - cpuSecondsBefore(record));
        addMember(groups, total, record, openFiles.get(record.pid));
      }
      before = snapshot.processes;
      forgetOld(snapshot.takenAt);
      return [...groups].map(([{ containerId, name, cpuSeconds }, members]) => ({
        containerId,
        name,
        cpuSeconds,
        ...members,
      }));
    },
  };

  function cpuSecondsBefore({ pid, startTicks }: ProcessRecord): number {
    const known = before.get(pid);
    return known?.startTicks === startTicks ? known.cpuSeconds : 0;
  }

  function totalOf({ cgroup, name }: ProcessRecord, time: number): Totals {
    const containerId = containerOf(cgroup) ?? NO_CONTAINER;
    const key = `${containerId} ${name}`;
    let total = totals.get(key);
    if (total === undefined) {
      total = { containerId, name, cpuSeconds: 0, lastSeen: time };
      totals.set(key, total);
    }
    total.lastSeen = time;
    return total;
  }

  function forgetOld(time: number): void {
    for (const [key, { lastSeen }] of totals) {
      if (time - lastSeen > FORGET_AFTER_MS) {
        totals.delete(key);
      }
    }
  }
}

function addMember(
  groups: Map<Totals, Members>,
  total: Totals,
  record: ProcessRecord,
  openFiles: number | undefined,
): void {
  let members = groups.get(total);
  if (members === undefined) {
    members = { processes: 0, residentBytes: 0, threads: 0, openFiles: undefined };
    groups.set(total, members);
  }
  members.processes++;
  members.residentBytes += record.residentBytes;
  members.threads += record.threads;
  members.openFiles = openFiles === undefined ? members.openFiles : (members.openFiles ?? 0) + openFiles;
}
