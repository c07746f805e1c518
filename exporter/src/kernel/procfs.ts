import { readdirSync, readlinkSync } from 'node:fs';
import type { KeptFiles, RecordReader } from './kept-files.js';
import type { ProcessRecord, ProcessSnapshot, ProcessTable } from './process.js';
import { isKernelThread, parseProcessStat, type ProcessStat } from './process-stat.js';
import { readOneRecord, readSmallText, unlessAbsent } from './small-file.js';
import type { SystemConstants } from './system-constants.js';

export interface ProcessTableOptions {
  /** Where the host's `/proc` is mounted. */
  readonly procRoot: string;
  readonly constants: SystemConstants;
  /** Keeps each process's `stat` open from one whole reading to the next, which halves its cost; its owner closes it. */
  readonly files?: KeptFiles;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** What seldom changes in a process's life, and when it is read again. */
interface Identity {
  readonly startTicks: number;
  /** When it was first seen; of one that was there before us, when it started. */
  readonly since: number;
  name: string;
  readAgainAt: number;
  uid: number;
  cgroup: string;
  netns: number;
}

/** The first reading finds all processes at once: they are read again a sixteenth at a time. */
const SPREAD = 16;
/** A process that just started may still move itself into its cgroup and namespaces, as a container's first does. */
const SETTLING_MS = 2_000;
const LATEST_MS = 60_000;
/** Between two whole readings, a process of this age or less is looked at again. */
const YOUNG_MS = 30_000;

/**
 * Reads the processes of a host: one read of `/proc/<pid>/stat` each, the rest of a record from a cache that is
 * refreshed at each reading for 2 s, then at intervals that grow with its age, at the latest each minute, and when the
 * name changes.
 * @throws when the root itself cannot be listed
 */
export function createProcessTable(options: ProcessTableOptions): ProcessTable {
  const { procRoot, constants, files } = options;
  const now = options.now ?? (() => performance.now());
  const readKept = files?.read ?? readOneRecord;
  let identities = new Map<number, Identity>();
  let kernelThreads = new Set<number>();
  let snapshot: ProcessSnapshot | undefined;
  /** At the first reading. */
  let uptimeSeconds: number | undefined;

  return {
    refresh(maxAgeMs) {
      const time = now();
      if (snapshot === undefined || time - snapshot.takenAt >= maxAgeMs) {
        snapshot = { takenAt: time, processes: read(listPids(procRoot), time, () => undefined) };
        files?.sweep();
      }
      return snapshot;
    },
    discover(maxAgeMs) {
      const time = now();
      const last = snapshot;
      if (last === undefined || time - last.takenAt >= maxAgeMs) {
        return this.refresh(0);
      }
      const pids = listPids(procRoot);
      const known = (pid: number): ProcessRecord | 'kernel thread' | undefined =>
        kernelThreads.has(pid) ? 'kernel thread' : isDue(pid, time) ? undefined : last.processes.get(pid);
      const isSame =
        pids.length === last.processes.size + kernelThreads.size &&
        pids.every((pid) => known(pid) !== undefined);
      if (!isSame) {
        snapshot = { takenAt: last.takenAt, processes: read(pids, time, known) };
      }
      return snapshot ?? last;
    },
  };

  /** Reads every process of which `known` has no record. */
  function read(
    pids: readonly number[],
    time: number,
    known: (pid: number) => ProcessRecord | 'kernel thread' | undefined,
  ): ReadonlyMap<number, ProcessRecord> {
    const processes = new Map<number, ProcessRecord>();
    const seen = new Map<number, Identity>();
    const threads = new Set<number>();
    for (const pid of pids) {
      const record = known(pid) ?? readRecord(pid, time);
      if (record === 'kernel thread') {
        threads.add(pid);
      } else if (record !== undefined) {
        processes.set(pid, record);
        const identity = identities.get(pid);
        if (identity !== undefined) {
          seen.set(pid, identity);
        }
      }
    }
    identities = seen;
    kernelThreads = threads;
    return processes;
  }

  function isDue(pid: number, time: number): boolean {
    const identity = identities.get(pid);
    return identity !== undefined && time >= identity.readAgainAt && time - identity.since <= YOUNG_MS;
  }

  /** Undefined when it has ended. */
  function readRecord(pid: number, time: number): ProcessRecord | 'kernel thread' | undefined {
    const stat = readStat(procRoot, pid, readKept);
    if (stat === undefined || isKernelThread(stat)) {
      return stat && 'kernel thread';
    }
    const identity = identityOf(pid, stat, time);
    identities.set(pid, identity);
    return toRecord(pid, stat, identity, constants);
  }

  function identityOf(pid: number, stat: ProcessStat, time: number): Identity {
    const known = identities.get(pid);
    if (known?.startTicks !== stat.startTicks) {
      const age = snapshot === undefined ? ageOf(stat) : 0;
      const turn = (1 + (pid % SPREAD)) / SPREAD;
      const times = { since: time - age, readAgainAt: time + patienceAt(age) * turn };
      return {
        startTicks: stat.startTicks,
        ...times,
        name: stat.name,
        ...readIdentity(`${procRoot}/${pid}`),
      };
    }
    if (time >= known.readAgainAt || known.name !== stat.name) {
      known.readAgainAt = time + patienceAt(time - known.since);
      known.name = stat.name;
      Object.assign(known, readIdentity(`${procRoot}/${pid}`));
    }
    return known;
  }

  /** Milliseconds since it started. */
  function ageOf({ startTicks }: ProcessStat): number {
    uptimeSeconds ??= Number.parseFloat(readSmallText(`${procRoot}/uptime`) ?? '') || 0;
    return Math.max(0, (uptimeSeconds - startTicks / constants.ticksPerSecond) * 1_000);
  }
}

function patienceAt(ageMs: number): number {
  return ageMs < SETTLING_MS ? 0 : Math.min(LATEST_MS, ageMs);
}

/** This process as that file system numbers it: the host's may number it otherwise than its own PID namespace does. */
export function ownProcessId(procRoot: string): number | undefined {
  const self = unlessAbsent(() => readlinkSync(`${procRoot}/self`));
  return self === undefined ? undefined : Number(self);
}

/** Who a process is at this moment; undefined when it has ended. */
export function readOccupant(
  procRoot: string,
  pid: number,
): Pick<ProcessRecord, 'startTicks' | 'name' | 'cgroup'> | undefined {
  const stat = readStat(procRoot, pid, readOneRecord);
  return (
    stat && { startTicks: stat.startTicks, name: stat.name, cgroup: readCgroupPath(`${procRoot}/${pid}`) }
  );
}

/** What a process is called at this moment; undefined when it has ended. */
export function readProcessName(procRoot: string, pid: number): string | undefined {
  return readStat(procRoot, pid, readOneRecord)?.name;
}

function readStat(procRoot: string, pid: number, read: RecordReader): ProcessStat | undefined {
  const line = read(`${procRoot}/${pid}/stat`);
  return line && parseProcessStat(line);
}

/** Lists the processes' directories of `/proc`, in the kernel's order: by number. */
function listPids(procRoot: string): number[] {
  return readdirSync(procRoot).map(Number).filter(Number.isInteger);
}

function toRecord(
  pid: number,
  stat: ProcessStat,
  identity: Identity,
  constants: SystemConstants,
): ProcessRecord {
  return {
    pid,
    ppid: stat.ppid,
    name: stat.name,
    state: stat.state,
    uid: identity.uid,
    startTicks: stat.startTicks,
    cpuSeconds: (stat.userTicks + stat.systemTicks) / constants.ticksPerSecond,
    residentBytes: stat.residentPages * constants.pageBytes,
    threads: stat.threads,
    cgroup: identity.cgroup,
    netns: identity.netns,
  };
}

function readIdentity(directory: string): Pick<Identity, 'uid' | 'cgroup' | 'netns'> {
  return {
    uid: parseEffectiveUid(readOneRecord(`${directory}/status`)?.toString('latin1') ?? ''),
    cgroup: readCgroupPath(directory),
    netns: readNetworkNamespace(directory),
  };
}

function readCgroupPath(directory: string): string {
  return mainCgroup(readOneRecord(`${directory}/cgroup`)?.toString('utf8') ?? '');
}

/**
 * The effective user from `/proc/<pid>/status`. The owner of the directory would be cheaper to ask for, but is root
 * for every process that gave up rights after its start.
 */
export function parseEffectiveUid(status: string): number {
  const uids = /^Uid:\s+\d+\s+(\d+)/m.exec(status);
  return uids ? Number(uids[1]) : 0;
}

/**
 * Chooses one path from `/proc/<pid>/cgroup` (cgroups(7): `hierarchy:controllers:path` a line): the v2 tree's, unless
 * that is the root while a v1 controller has a deeper one, as on hosts whose v2 tree is mounted but not used.
 */
export function mainCgroup(text: string): string {
  let unified: string | undefined;
  let first: string | undefined;
  for (const line of text.split('\n')) {
    const path = /^\d+:[^:]*:(\/.*)$/s.exec(line)?.[1];
    if (path === undefined) {
      continue;
    }
    if (line.startsWith('0::')) {
      unified = path;
    } else if (first === undefined || first === '/') {
      first = path;
    }
  }
  return unified === undefined || unified === '/' ? (first ?? unified ?? '') : unified;
}

/** The inode in `net:[4026531840]`; 0 where the link may not be read. */
function readNetworkNamespace(directory: string): number {
  const link = unlessAbsent(() => readlinkSync(`${directory}/ns/net`)) ?? '';
  return Number(/^net:\[(\d+)\]$/.exec(link)?.[1] ?? 0);
}
