import type { ContainerId, HostName } from '../contract/ids.js';
import { readCgroup, readCgroupLimits } from '../kernel/cgroup.js';
import type { CgroupLimits, CgroupStatistics } from '../kernel/cgroup-statistics.js';
import { createKeptFiles, mostKeptFiles } from '../kernel/kept-files.js';
import { parseCgroupMembership, type CgroupMembership, type CgroupMounts } from '../kernel/cgroup-mounts.js';
import { readNetworkDevices, type NetworkDevice } from '../kernel/network-devices.js';
import type { ProcessSnapshot } from '../kernel/process.js';
import { readOneRecord } from '../kernel/small-file.js';
import { hasOwnNetwork, type Container } from '../runtimes/container.js';
import { cgroupOfContainer, containerIdOfCgroup } from '../runtimes/container-id.js';
import { createContainerLabels, type ContainerLabels } from './container-labels.js';

/** What one running container uses now. */
export interface Resources {
  readonly labels: ContainerLabels;
  /** Undefined when its cgroup is not there. */
  readonly cgroup: CgroupStatistics | undefined;
  /** As they were at most a minute ago. */
  readonly limits: CgroupLimits | undefined;
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

/** What is read of a container seldom, and its labels. */
interface Settled {
  /** As {@link ProcessSnapshot.takenAt}. */
  readonly readAt: number;
  readonly labels: ContainerLabels;
  /** Undefined when its first process has ended. */
  readonly membership: CgroupMembership | undefined;
  readonly limits: CgroupLimits | undefined;
}

const READ_AGAIN_MS = 60_000;

/**
 * Reads the containers that have a process. Where a container's cgroup is and what its limits are is kept for a minute,
 * or until its runtime says that it changed: a runtime makes a new object of such a container.
 */
export function createResourceReader({ host, procRoot, mounts }: ResourceOptions): ResourceReader {
  const known = new WeakMap<Container, Settled>();
  const files = createKeptFiles(mostKeptFiles(procRoot));

  return { read, close: () => files.close() };

  function read(
    containers: readonly Container[],
    snapshot: ProcessSnapshot,
    openFiles: ReadonlyMap<number, number>,
  ): Resources[] {
    const tallies = tallyProcesses(snapshot, openFiles);
    const hostNetns = snapshot.processes.get(1)?.netns ?? 0;
    const resources = containers.flatMap((container) => {
      const { id, pid } = container;
      const first = snapshot.processes.get(pid);
      const tally = tallies.get(id);
      if (pid === 0 || (first === undefined && tally === undefined)) {
        return [];
      }
      const settled = settledOf(container, snapshot.takenAt);
      const cgroup = settled.membership && readCgroup(mounts, settled.membership, files.read);
      return [
        {
          labels: settled.labels,
          cgroup,
          limits: cgroup && settled.limits,
          devices: ownsNetwork(container, first?.netns ?? 0, hostNetns)
            ? (readNetworkDevices(procRoot, pid) ?? []).filter(({ name }) => name !== 'lo')
            : [],
          threads: tally?.threads ?? first?.threads ?? 0,
          openFiles: tally?.openFiles,
        },
      ];
    });
    files.sweep();
    return resources;
  }

  function settledOf(container: Container, time: number): Settled {
    const kept = known.get(container);
    if (kept !== undefined && time - kept.readAt < READ_AGAIN_MS) {
      return kept;
    }
    const membership = readMembership(procRoot, container);
    const settled = {
      readAt: time,
      labels: createContainerLabels(host, container.id),
      membership,
      limits: membership && readCgroupLimits(mounts, membership),
    };
    if (membership !== undefined) {
      known.set(container, settled);
    }
    return settled;
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
function ownsNetwork(container: Container, netns: number, hostNetns: number): boolean {
  return hasOwnNetwork(container) && (netns === 0 || netns !== hostNetns);
}
