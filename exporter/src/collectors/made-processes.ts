import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProcessRecord } from '../kernel/process.js';

/** A folder in the form of `/proc` with processes that hold sockets: what tests of their holders begin with. */
export class MadeProcesses {
  readonly procRoot = mkdtempSync(path.join(tmpdir(), 'toposcope-proc-'));

  /** Makes a process, or another of that number; `inodes` are those of its sockets, from descriptor 0 on. */
  put(pid: number, name: string, inodes: readonly number[], startTicks = 100, ppid = 1): ProcessRecord {
    mkdirSync(this.folderOf(pid), { recursive: true });
    const numbers = `1 1 0 -1 4194560 1 1 0 0 0 0 9 9 20 0 4 0 ${startTicks} 8192 3 18446744073709551615 0`;
    writeFileSync(path.join(this.folderOf(pid), 'stat'), `${pid} (${name}) S ${ppid} ${numbers}\n`);
    writeFileSync(path.join(this.folderOf(pid), 'cgroup'), '0::/\n');
    this.hold(pid, inodes);
    return {
      ...{ pid, ppid, name, state: 'S', uid: 0, startTicks, cpuSeconds: 0, residentBytes: 0, threads: 1 },
      ...{ cgroup: '/', netns: 1 },
    };
  }

  /** What its descriptors lead to from now on. */
  hold(pid: number, inodes: readonly number[]): void {
    const folder = path.join(this.folderOf(pid), 'fd');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    inodes.forEach((inode, index) => symlinkSync(`socket:[${inode}]`, path.join(folder, String(index))));
  }

  end(pid: number): void {
    rmSync(this.folderOf(pid), { recursive: true });
  }

  delete(): void {
    rmSync(this.procRoot, { recursive: true });
  }

  private folderOf(pid: number): string {
    return path.join(this.procRoot, String(pid));
  }
}
