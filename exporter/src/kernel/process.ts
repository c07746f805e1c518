/** One process at one moment, as `/proc/<pid>` tells it. */
export interface ProcessRecord {
  readonly pid: number;
  readonly ppid: number;
  /** comm: at most 15 bytes, invalid UTF-8 replaced. */
  readonly name: string;
  /** The letter of `/proc/<pid>/stat`: R, S, D, Z, T … */
  readonly state: string;
  readonly uid: number;
  /** Clock ticks since boot; with the pid it identifies the process for good. */
  readonly startTicks: number;
  /** User and system processor time in seconds. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly threads: number;
  /** Path in the v2 tree, else of the first v1 controller: `/docker/<id>`, `/system.slice/…`. Empty if unreadable. */
  readonly cgroup: string;
  /** Inode of the network namespace; 0 if unreadable (CAP_SYS_PTRACE is missing). */
  readonly netns: number;
}

/** Every process of the host, kernel threads left out. */
export interface ProcessTable {
  /** Reads `/proc` again unless that was done less than `maxAgeMs` ago; processes that end meanwhile are left out. */
  refresh(maxAgeMs: number): ProcessSnapshot;
  /**
   * Reads only the processes that are new, or so young that they may still change, unless the last whole reading is
   * older than `maxAgeMs`: the numbers of the others are those of that reading, and `takenAt` is its time. The
   * same object as before while the same processes live.
   */
  discover(maxAgeMs: number): ProcessSnapshot;
}

export interface ProcessSnapshot {
  /** `performance.now()` of the reading. */
  readonly takenAt: number;
  readonly processes: ReadonlyMap<number, ProcessRecord>;
}
