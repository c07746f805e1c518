import { readdirSync, readlinkSync } from 'node:fs';

/**
 * The open descriptors of a process, `/proc/<pid>/fd`: half a microsecond each. Empty for a process that has ended, or
 * whose descriptors may not be read.
 */
export function descriptorsOf(procRoot: string, pid: number): string[] {
  try {
    return readdirSync(folderOf(procRoot, pid));
  } catch {
    return [];
  }
}

/**
 * The socket behind a descriptor; undefined where it is none, or closed by now. The kernel takes five microseconds for it,
 * so the caller decides for which, and for how long.
 */
export function socketInodeOf(procRoot: string, pid: number, descriptor: string): number | undefined {
  let target: string;
  try {
    target = readlinkSync(`${folderOf(procRoot, pid)}/${descriptor}`);
  } catch {
    // Closed since the folder was read.
    return undefined;
  }
  return target.startsWith('socket:[') ? Number.parseInt(target.slice(8), 10) : undefined;
}

function folderOf(procRoot: string, pid: number): string {
  return `${procRoot}/${pid}/fd`;
}
