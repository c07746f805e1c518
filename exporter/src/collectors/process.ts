import type { Family } from '../contract/family.js';
import { NO_CONTAINER, type HostName } from '../contract/ids.js';
import { renderLabels, withLabels, type RenderedLabels } from '../contract/labels.js';
import {
  processCpuSeconds,
  processGroupCpuSeconds,
  processGroupOpenFiles,
  processGroupProcesses,
  processGroupResidentMemory,
  processGroupThreads,
  processInfo,
  processMaxOpenFiles,
  processOpenFiles,
  processResidentMemory,
  processStartTime,
  processThreads,
} from '../contract/process-families.js';
import { readOpenFilesLimit } from '../kernel/descriptors.js';
import type { OpenFiles } from '../kernel/open-files.js';
import type { UserNames } from '../kernel/passwd.js';
import type { ProcessRecord, ProcessTable } from '../kernel/process.js';
import { readOneRecord } from '../kernel/small-file.js';
import { containerIdOfCgroup } from '../runtimes/container-id.js';
import type { Collector, SampleSink } from './collector.js';
import { maskSecrets } from './mask-secrets.js';
import { createProcessGroups, type ProcessGroup } from './process-groups.js';

export interface ProcessOptions {
  readonly host: HostName;
  readonly procRoot: string;
  readonly processes: ProcessTable;
  readonly openFiles: OpenFiles;
  readonly users: UserNames;
  readonly ticksPerSecond: number;
  /** Unix seconds; undefined when `/proc/stat` cannot be read. */
  readonly bootTime: () => number | undefined;
  /** `--process.limit` */
  readonly limit: number;
  /** `--process.command` */
  readonly command: boolean;
  /** Processes that listen or are connected: they come first within the limit. */
  readonly connectedPids?: () => ReadonlySet<number>;
}

const SAME_SCRAPE_MS = 500;

/** Every process up to a limit, and all of them by name and container. */
export function createProcessCollector(options: ProcessOptions): Collector {
  const { host, processes, openFiles } = options;
  const groups = createProcessGroups(containerIdOfCgroup);
  const detailsOf = createDetails(options);
  return {
    name: 'process',
    collect(sink) {
      const snapshot = processes.refresh(SAME_SCRAPE_MS);
      const files = openFiles.of(snapshot);
      const all = [...snapshot.processes.values()];
      const shown = choose(all, options);
      writeProcesses(
        sink,
        options,
        shown,
        files,
        detailsOf(shown, snapshot.takenAt),
        all.length - shown.length,
      );
      writeGroups(sink, host, groups.add(snapshot, files));
    },
  };
}

/** Listeners and connected processes first, then by processor time; the pid decides between equals. */
function choose(
  all: readonly ProcessRecord[],
  { limit, connectedPids }: ProcessOptions,
): readonly ProcessRecord[] {
  if (all.length <= limit) {
    return all;
  }
  const connected = connectedPids?.() ?? new Set();
  return [...all]
    .sort(
      (a, b) =>
        Number(connected.has(b.pid)) - Number(connected.has(a.pid)) ||
        b.cpuSeconds - a.cpuSeconds ||
        a.pid - b.pid,
    )
    .slice(0, limit);
}

/** What is read of a process beside its record, seldom, and its labels, which are rendered when they change. */
interface Details {
  readonly readAgainAt: number;
  /** What the labels of process_info were rendered of. */
  readonly record: ProcessRecord;
  readonly maxOpenFiles: number | undefined;
  readonly command: string;
  readonly labels: RenderedLabels;
  readonly infoLabels: RenderedLabels;
}

/** Limits change as good as never; some programs write into their command what they are doing. */
const LIMITS_STAY_MS = 5 * 60_000;
const COMMAND_STAYS_MS = 60_000;
/** What is found at once is read again a sixteenth at a time. */
const SPREAD = 16;

/** What is read seldom is kept for some scrapes. */
function createDetails(options: ProcessOptions) {
  const stayMs = options.command ? COMMAND_STAYS_MS : LIMITS_STAY_MS;
  let known = new Map<number, Details>();
  return (shown: readonly ProcessRecord[], time: number): ReadonlyMap<number, Details> => {
    const current = new Map<number, Details>();
    for (const record of shown) {
      const kept = known.get(record.pid);
      const isFresh =
        kept?.record.startTicks === record.startTicks &&
        kept.record.cgroup === record.cgroup &&
        time < kept.readAgainAt;
      const details = isFresh
        ? renamed(kept, record, options)
        : readDetails(record, options, time + stayMs * (kept === undefined ? turnOf(record) : 1));
      current.set(record.pid, details);
    }
    known = current;
    return current;
  };
}

function readDetails(record: ProcessRecord, options: ProcessOptions, readAgainAt: number): Details {
  const { host, procRoot } = options;
  const { pid, cgroup } = record;
  const command = options.command ? readCommand(procRoot, pid) : '';
  return {
    readAgainAt,
    record,
    maxOpenFiles: readOpenFilesLimit(procRoot, pid),
    command,
    labels: renderLabels(processCpuSeconds, {
      host,
      container_id: containerIdOfCgroup(cgroup) ?? NO_CONTAINER,
      pid: String(pid),
    }),
    infoLabels: infoLabels(record, options, command),
  };
}

/** Of how long it stays at first: 1/16 to 1. */
function turnOf({ pid }: ProcessRecord): number {
  return (1 + (pid % SPREAD)) / SPREAD;
}

/** The same details, unless process_info has something else to say by now. */
function renamed(details: Details, record: ProcessRecord, options: ProcessOptions): Details {
  const { ppid, name, uid, state } = details.record;
  return record.ppid === ppid && record.name === name && record.uid === uid && record.state === state
    ? details
    : { ...details, record, infoLabels: infoLabels(record, options, details.command) };
}

function infoLabels(record: ProcessRecord, options: ProcessOptions, command: string): RenderedLabels {
  const labels = renderLabels(processInfo, {
    host: options.host,
    container_id: containerIdOfCgroup(record.cgroup) ?? NO_CONTAINER,
    pid: String(record.pid),
    ppid: String(record.ppid),
    name: record.name,
    user: options.users.nameOf(record.uid),
    state: record.state,
  });
  return options.command ? withLabels(labels, [['command', command]]) : labels;
}

/** Arguments are separated by NUL (proc_pid_cmdline(5)); a process may have written over them. */
function readCommand(procRoot: string, pid: number): string {
  const line = readOneRecord(`${procRoot}/${pid}/cmdline`)?.toString('utf8') ?? '';
  return maskSecrets(line.replace(/\0+$/, '').split('\0'));
}

function writeProcesses(
  sink: SampleSink,
  options: ProcessOptions,
  shown: readonly ProcessRecord[],
  files: ReadonlyMap<number, number>,
  details: ReadonlyMap<number, Details>,
  dropped: number,
): void {
  const bootTime = options.bootTime();
  const number = (family: Family, valueOf: (record: ProcessRecord) => number | undefined) => {
    sink.family(family);
    for (const record of shown) {
      const value = valueOf(record);
      const labels = details.get(record.pid)?.labels;
      if (value !== undefined && labels !== undefined) {
        sink.sample(labels, value);
      }
    }
    sink.dropped(dropped);
  };

  sink.family(processInfo);
  for (const { pid } of shown) {
    const labels = details.get(pid)?.infoLabels;
    if (labels !== undefined) {
      sink.sample(labels, 1);
    }
  }
  sink.dropped(dropped);
  number(processCpuSeconds, ({ cpuSeconds }) => cpuSeconds);
  number(processResidentMemory, ({ residentBytes }) => residentBytes);
  number(processThreads, ({ threads }) => threads);
  number(processOpenFiles, ({ pid }) => files.get(pid));
  number(processMaxOpenFiles, ({ pid }) => details.get(pid)?.maxOpenFiles);
  number(processStartTime, ({ startTicks }) =>
    bootTime === undefined ? undefined : bootTime + startTicks / options.ticksPerSecond,
  );
}

function writeGroups(sink: SampleSink, host: HostName, groups: readonly ProcessGroup[]): void {
  const labels = groups.map(({ containerId, name }) =>
    renderLabels(processGroupProcesses, { host, container_id: containerId, name }),
  );
  const number = (family: Family, valueOf: (group: ProcessGroup) => number | undefined) => {
    sink.family(family);
    groups.forEach((group, index) => {
      const value = valueOf(group);
      const rendered = labels[index];
      if (value !== undefined && rendered !== undefined) {
        sink.sample(rendered, value);
      }
    });
  };
  number(processGroupProcesses, (group) => group.processes);
  number(processGroupCpuSeconds, ({ cpuSeconds }) => cpuSeconds);
  number(processGroupResidentMemory, ({ residentBytes }) => residentBytes);
  number(processGroupThreads, ({ threads }) => threads);
  number(processGroupOpenFiles, (group) => group.openFiles);
}
