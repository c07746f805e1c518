import type { CgroupMembership, CgroupMounts } from './cgroup-mounts.js';
import type { CgroupLimits, CgroupStatistics } from './cgroup-statistics.js';
import { readCgroupV1, readLimitsV1 } from './cgroup-v1.js';
import { readCgroupV2, readLimitsV2 } from './cgroup-v2.js';
import type { RecordReader } from './kept-files.js';
import { readPressure } from './pressure.js';
import { readOneRecord } from './small-file.js';

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
  const found = readCgroupV1(controllerDirectories(mounts, member), read);
  return found && { ...found, pressure };
}

/** Reads the limits of a cgroup; those whose files are not there are none. */
export function readCgroupLimits(
  mounts: CgroupMounts,
  member: CgroupMembership,
  read: RecordReader = readOneRecord,
): CgroupLimits {
  if (mounts.version !== 'v2') {
    return readLimitsV1(controllerDirectories(mounts, member), read);
  }
  const unified = directoryIn(mounts.unified, member.unified);
  return unified === undefined ? UNLIMITED : readLimitsV2(unified, read);
}

const UNLIMITED: CgroupLimits = { cores: undefined, memoryBytes: undefined, pids: undefined };

function controllerDirectories({ controllers }: CgroupMounts, member: CgroupMembership) {
  return (controller: string) => directoryIn(controllers.get(controller), member.controllers.get(controller));
}

/** A path that leaves our cgroup namespace (`/../…`) cannot be found below the mount. */
function directoryIn(mount: string | undefined, path: string | undefined): string | undefined {
  return mount === undefined || path === undefined || path.includes('/..') ? undefined : mount + path;
}
