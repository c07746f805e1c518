import {
  containerCpuLimit,
  containerCpuPeriods,
  containerCpuSeconds,
  containerCpuThrottled,
  containerCpuThrottledPeriods,
  containerIoBytes,
  containerIoOperations,
  containerMemory,
  containerMemoryLimit,
  containerNetworkBytes,
  containerNetworkDrops,
  containerNetworkErrors,
  containerNetworkPackets,
  containerOomKills,
  containerOpenFiles,
  containerPids,
  containerPidsLimit,
  containerPressureSeconds,
  containerThreads,
} from '../contract/container-families.js';
import type { Family } from '../contract/family.js';
import type { ContainerId, HostName } from '../contract/ids.js';
import { renderLabels, type RenderedLabels } from '../contract/labels.js';
import { readCgroup } from '../kernel/cgroup.js';
import type { CgroupStatistics } from '../kernel/cgroup-statistics.js';
import { createKeptFiles, mostKeptFiles } from '../kernel/kept-files.js';
import { parseCgroupMembership, type CgroupMembership, type CgroupMounts } from '../kernel/cgroup-mounts.js';
import { readNetworkDevices, type NetworkCounters, type NetworkDevice } from '../kernel/network-devices.js';
import type { ProcessSnapshot } from '../kernel/process.js';
import { readOneRecord } from '../kernel/small-file.js';
import type { Container } from '../runtimes/container.js';
import { cgroupOfContainer, containerIdOfCgroup } from '../runtimes/container-id.js';
import type { SampleSink } from './collector.js';

/** What one running container uses now. */
export interface Resources {
  readonly id: ContainerId;
  /** Of the families that know nothing but the container. */
  readonly labels: RenderedLabels;
  readonly cgroup: CgroupStatistics | undefined;
  readonly devices: readonly NetworkDevice[];
  readonly threads: number;
  /** Undefined when none of its processes' descriptors may be read. */
  readonly openFiles: number | undefined;
}

export interface ResourceOptions {
  readonly host: HostName;
  readonly procRoot: string;
  readonly mounts: CgroupMounts;
}

export interface ResourceReader {
  read(
    containers: readonly Container[],
    snapshot: ProcessSnapshot,
    openFiles: ReadonlyMap<number, number>,
  ): Resources[];
  /** Closes the cgroup files that are kept open from one reading to the next. */
  close(): void;
}

/** Reads the containers that have a process; where a container's cgroup is, is found once for each of its runs. */
export function createResourceReader({ host, procRoot, mounts }: ResourceOptions): ResourceReader {
  let memberships = new Map<string, CgroupMembership>();
  const files = createKeptFiles(mostKeptFiles(procRoot));

  return { read, close: () => files.close() };

  function read(
    containers: readonly Container[],
    snapshot: ProcessSnapshot,
    openFiles: ReadonlyMap<number, number>,
  ): Resources[] {
    const tallies = tallyProcesses(snapshot, openFiles);
    const hostNetns = snapshot.processes.get(1)?.netns ?? 0;
    const current = new Map<string, CgroupMembership>();
    const resources = containers.flatMap((container) => {
      const { id, pid } = container;
      const first = snapshot.processes.get(pid);
      const tally = tallies.get(id);
      if (pid === 0 || (first === undefined && tally === undefined)) {
        return [];
      }
      const key = `${container.fullId} ${pid}`;
      const membership = memberships.get(key) ?? readMembership(procRoot, container);
      if (membership !== undefined) {
        current.set(key, membership);
      }
      return [
        {
          id,
          labels: renderLabels(containerPids, { host, container_id: id }),
          cgroup: membership && readCgroup(mounts, membership, files.read),
          devices: ownsNetwork(container, first?.netns ?? 0, hostNetns)
            ? (readNetworkDevices(procRoot, pid) ?? []).filter(({ name }) => name !== 'lo')
            : [],
          threads: tally?.threads ?? first?.threads ?? 0,
          openFiles: tally?.openFiles,
        },
      ];
    });
    memberships = current;
    files.sweep();
    return resources;
  }
}

interface Tally {
  threads: number;
  openFiles: number | undefined;
}

/** Adds up the processes of each container. */
function tallyProcesses(
  { processes }: ProcessSnapshot,
  openFiles: ReadonlyMap<number, number>,
): ReadonlyMap<ContainerId, Tally> {
  const tallies = new Map<ContainerId, Tally>();
  for (const { pid, cgroup, threads } of processes.values()) {
    const id = containerIdOfCgroup(cgroup);
    if (id === undefined) {
      continue;
    }
    const tally = tallies.get(id) ?? { threads: 0, openFiles: undefined };
    const files = openFiles.get(pid);
    tally.threads += threads;
    tally.openFiles = files === undefined ? tally.openFiles : (tally.openFiles ?? 0) + files;
    tallies.set(id, tally);
  }
  return tallies;
}

/** The group of the container itself in each tree; trees in which it has none are left out. */
function readMembership(procRoot: string, { pid, fullId }: Container): CgroupMembership | undefined {
  const text = readOneRecord(`${procRoot}/${pid}/cgroup`)?.toString('utf8');
  if (text === undefined) {
    return undefined;
  }
  const { unified, controllers } = parseCgroupMembership(text);
  const own = [...controllers].flatMap(([controller, path]) => {
    const group = cgroupOfContainer(path, fullId);
    return group === undefined ? [] : [[controller, group] as const];
  });
  return {
    unified: unified === undefined ? undefined : cgroupOfContainer(unified, fullId),
    controllers: new Map(own),
  };
}

/** A namespace that is the host's, or another container's, would be counted twice. */
function ownsNetwork({ networkMode }: Container, netns: number, hostNetns: number): boolean {
  const shared = networkMode === 'host' || networkMode.startsWith('container:');
  return !shared && (netns === 0 || netns !== hostNetns);
}

/** Writes every family that counts what containers use. */
export function writeResources(sink: SampleSink, host: HostName, resources: readonly Resources[]): void {
  writeProcessor(sink, host, resources);
  writeMemory(sink, host, resources);
  writeNetwork(sink, host, resources);
  writeBlockDevices(sink, host, resources);
  writeTasks(sink, host, resources);
}

function writeNumber(
  sink: SampleSink,
  family: Family<'container_id'>,
  resources: readonly Resources[],
  valueOf: (found: Resources) => number | undefined,
): void {
  sink.family(family);
  for (const found of resources) {
    const value = valueOf(found);
    if (value !== undefined) {
      sink.sample(found.labels, value);
    }
  }
}

function writeProcessor(sink: SampleSink, host: HostName, resources: readonly Resources[]): void {
  sink.family(containerCpuSeconds);
  for (const { id, cgroup } of resources) {
    if (cgroup?.cpu !== undefined) {
      const labels = (mode: string) => renderLabels(containerCpuSeconds, { host, container_id: id, mode });
      sink.sample(labels('user'), cgroup.cpu.userSeconds);
      sink.sample(labels('system'), cgroup.cpu.systemSeconds);
    }
  }
  writeNumber(sink, containerCpuLimit, resources, ({ cgroup }) => cgroup?.cpu?.limitCores);
  writeNumber(sink, containerCpuThrottled, resources, ({ cgroup }) => cgroup?.cpu?.throttledSeconds);
  writeNumber(sink, containerCpuPeriods, resources, ({ cgroup }) => cgroup?.cpu?.periods);
  writeNumber(sink, containerCpuThrottledPeriods, resources, ({ cgroup }) => cgroup?.cpu?.throttledPeriods);
}

function writeMemory(sink: SampleSink, host: HostName, resources: readonly Resources[]): void {
  sink.family(containerMemory);
  for (const { id, cgroup } of resources) {
    if (cgroup?.memory !== undefined) {
      const { usage, inactiveFile, rss, cache, swap } = cgroup.memory;
      const kinds = { usage, working_set: Math.max(0, usage - inactiveFile), rss, cache, swap };
      for (const [kind, value] of Object.entries(kinds)) {
        if (value !== undefined) {
          sink.sample(renderLabels(containerMemory, { host, container_id: id, kind }), value);
        }
      }
    }
  }
  writeNumber(sink, containerMemoryLimit, resources, ({ cgroup }) => cgroup?.memory?.limit);
  writeNumber(sink, containerOomKills, resources, ({ cgroup }) => cgroup?.memory?.oomKills);
}

function writeNetwork(sink: SampleSink, host: HostName, resources: readonly Resources[]): void {
  const families: readonly [typeof containerNetworkBytes, keyof NetworkCounters][] = [
    [containerNetworkBytes, 'bytes'],
    [containerNetworkPackets, 'packets'],
    [containerNetworkErrors, 'errors'],
    [containerNetworkDrops, 'drops'],
  ];
  for (const [family, counter] of families) {
    sink.family(family);
    for (const { id, devices } of resources) {
      for (const device of devices) {
        for (const direction of ['receive', 'transmit'] as const) {
          const labels = { host, container_id: id, direction, interface: device.name };
          sink.sample(renderLabels(family, labels), device[direction][counter]);
        }
      }
    }
  }
}

function writeBlockDevices(sink: SampleSink, host: HostName, resources: readonly Resources[]): void {
  sink.family(containerIoBytes);
  for (const { id, cgroup } of resources) {
    for (const { device, readBytes, writtenBytes } of cgroup?.io ?? []) {
      const labels = { host, container_id: id, device };
      sink.sample(renderLabels(containerIoBytes, { ...labels, direction: 'read' }), readBytes);
      sink.sample(renderLabels(containerIoBytes, { ...labels, direction: 'write' }), writtenBytes);
    }
  }
  sink.family(containerIoOperations);
  for (const { id, cgroup } of resources) {
    for (const { device, reads, writes } of cgroup?.io ?? []) {
      const labels = { host, container_id: id, device };
      sink.sample(renderLabels(containerIoOperations, { ...labels, direction: 'read' }), reads);
      sink.sample(renderLabels(containerIoOperations, { ...labels, direction: 'write' }), writes);
    }
  }
}

function writeTasks(sink: SampleSink, host: HostName, resources: readonly Resources[]): void {
  writeNumber(sink, containerPids, resources, ({ cgroup }) => cgroup?.pids);
  writeNumber(sink, containerPidsLimit, resources, ({ cgroup }) => cgroup?.pidsLimit);
  writeNumber(sink, containerThreads, resources, ({ threads }) => threads);
  writeNumber(sink, containerOpenFiles, resources, ({ openFiles }) => openFiles);
  sink.family(containerPressureSeconds);
  for (const { id, cgroup } of resources) {
    for (const { resource, kind, seconds } of cgroup?.pressure ?? []) {
      sink.sample(
        renderLabels(containerPressureSeconds, { host, container_id: id, resource, kind }),
        seconds,
      );
    }
  }
}
