import type { OpenFilesCounter } from './descriptors.js';
import type { ProcessSnapshot } from './process.js';

/** Open descriptors of every process of a snapshot, counted once however many collectors ask. */
export interface OpenFiles {
  /** By pid; processes that ended or may not be read are missing. */
  of(snapshot: ProcessSnapshot): ReadonlyMap<number, number>;
}

export function createOpenFiles(count: OpenFilesCounter): OpenFiles {
  const counted = new WeakMap<ProcessSnapshot, ReadonlyMap<number, number>>();
  return {
    of(snapshot) {
      const known = counted.get(snapshot);
      if (known !== undefined) {
        return known;
      }
      const found = new Map<number, number>();
      for (const pid of snapshot.processes.keys()) {
        const files = count(pid);
        if (files !== undefined) {
          found.set(pid, files);
        }
      }
      counted.set(snapshot, found);
      return found;
    },
  };
}
