import { readdirSync } from 'node:fs';
import { readOneRecord, sizeOf, unlessAbsent } from './small-file.js';

/** Counts the descriptors that a process holds open; undefined when it has ended or they may not be read. */
export type OpenFilesCounter = (pid: number) => number | undefined;

/**
 * Since Linux 6.2 the size of `/proc/<pid>/fd` is the number of open descriptors (fs/proc/fd.c, proc_fd_getattr);
 * before, it is 0 and the entries are counted. Which of the two is found out on our own process. Reading those of
 * other users takes CAP_SYS_PTRACE. `sizeOfFolder` may keep the folders open.
 */
export function createOpenFilesCounter(
  procRoot: string,
  sizeOfFolder: (path: string) => number | undefined = sizeOf,
): OpenFilesCounter {
  const sizeIsCount = (sizeOf(`${procRoot}/self/fd`) ?? 0) > 0;
  return sizeIsCount
    ? (pid) => sizeOfFolder(`${procRoot}/${pid}/fd`)
    : (pid) => unlessAbsent(() => readdirSync(`${procRoot}/${pid}/fd`).length);
}

/** Reads the soft limit of open descriptors; undefined when unlimited, ended or unreadable. */
export function readOpenFilesLimit(procRoot: string, pid: number | 'self'): number | undefined {
  const limits = readOneRecord(`${procRoot}/${pid}/limits`)?.toString('latin1') ?? '';
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
