import type { CgroupMembership, CgroupMounts } from './cgroup-mounts.js';
import { readCgroupV1 } from './cgroup-v1.js';
import { readCgroupV2 } from './cgroup-v2.js';
import type { RecordReader } from './kept-files.js';
import { readPressure, type Pressure } from './pressure.js';
import { readOneRecord } from './small-file.js';

/** What a cgroup's files say; a part is undefined when its controller is off or its files may not be read. */
export interface CgroupStatistics {
  readonly cpu: CpuStatistics | undefined;
  readonly memory: MemoryStatistics | undefined;
  readonly io: readonly DeviceStatistics[];
  readonly pids: number | undefined;
  readonly pidsLimit: number | undefined;
  readonly pressure: readonly Pressure[];
}

/** Seconds. */
export interface CpuStatistics {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Quota over period; undefined when unlimited. */
  readonly limitCores: number | undefined;
  readonly periods: number;
  readonly throttledPeriods: number;
  readonly throttledSeconds: number;
}

/** Bytes. */
export interface MemoryStatistics {
  readonly usage: number;
  readonly inactiveFile: number;
  readonly rss: number;
  readonly cache: number;
  /** Undefined where swap is not accounted. */
  readonly swap: number | undefined;
  readonly limit: number | undefined;
  readonly oomKills: number | undefined;
}

export interface DeviceStatistics {
  /** The kernel's `major:minor`. */
  readonly device: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly reads: number;
  readonly writes: number;
}

/**
 * Reads a cgroup from the trees of the host. Undefined when no directory of it is there any more. Files that vanish
 * meanwhile leave their part out.
 */
export function readCgroup(
  mounts: CgroupMounts,
  member: CgroupMembership,
  read: RecordReader = readOneRecord,
): CgroupStatistics | undefined {
  const unified = directoryIn(mounts.unified, member.unified);
  const pressure = unified === undefined ? [] : readPressure(unified, read);
  if (mounts.version === 'v2') {
    const found = unified === undefined ? undefined : readCgroupV2(unified, read);
    return found && { ...found, pressure };
  }
  const found = readCgroupV1(
    (controller) => directoryIn(mounts.controllers.get(controller), member.controllers.get(controller)),
    read,
  );
  return found && { ...found, pressure };
}

/** A path that leaves our cgroup namespace (`/../…`) cannot be found below the mount. */
function directoryIn(mount: string | undefined, path: string | undefined): string | undefined {
  return mount === undefined || path === undefined || path.includes('/..') ? undefined : mount + path;
}
