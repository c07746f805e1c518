import { readdirSync, readlinkSync } from 'node:fs';

/**
 * Which processes hold which sockets: reads `/proc/<pid>/fd` of one process at a time (0.4 ms and more for one with
 * many descriptors), so the caller decides whose, and for how long.
 */
export function socketInodesOf(procRoot: string, pid: number): number[] {
  const folder = `${procRoot}/${pid}/fd`;
  const inodes: number[] = [];
  for (const descriptor of entriesOf(folder)) {
    const inode = socketInode(`${folder}/${descriptor}`);
    if (inode !== undefined) {
      inodes.push(inode);
    }
  }
  return inodes;
}

/** Empty for a process that has ended, or whose descriptors may not be read. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function socketInode(path: string): number | undefined {
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    // Closed since the folder was read.
    return undefined;
  }
  return target.startsWith('socket:[') ? Number.parseInt(target.slice(8), 10) : undefined;
}
