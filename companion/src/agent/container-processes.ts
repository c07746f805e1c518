import { Problem } from '../protocol/problems.js';
import type { ProcessIdentity } from '../protocol/names.js';
import type { ProcessFacts, Procfs } from './procfs.js';

/** Which processes of the host are a container's: those in its cgroup, which only the runtime can put them in. */
export class ContainerProcesses {
  readonly #procfs: Procfs;
  readonly #cgroup: string;

  /**
   * @param containerId all 64 hex digits
   * @param initPid the container's first process, in the host's pid namespace
   * @throws `conflict` when it does not run, or its cgroup does not bear its name
   */
  constructor(procfs: Procfs, containerId: string, initPid: number) {
    if (initPid <= 0) {
      throw new Problem('conflict', 'The container does not run, so it has no processes.');
    }
    const cgroup = procfs
      .cgroups(initPid)
      .map((path) => cutAfterContainer(path, containerId))
      .find((path) => path !== undefined);
    if (cgroup === undefined) {
      throw new Problem(
        'conflict',
        "The container's processes cannot be told from the host's; give the agent the host's pid namespace.",
      );
    }
    this.#procfs = procfs;
    this.#cgroup = cgroup;
  }

  list(): ProcessFacts[] {
    return this.#procfs
      .pids()
      .filter((pid) => this.#contains(pid))
      .map((pid) => this.#procfs.process(pid))
      .filter((process) => process !== undefined);
  }

  /** The process, proved by cgroup and start time to be the one that was meant. Throws `process-unknown`. */
  prove({ pid, startTicks }: ProcessIdentity): ProcessFacts {
    const process = this.#contains(pid) ? this.#procfs.process(pid) : undefined;
    if (process?.startTicks !== startTicks) {
      throw new Problem('process-unknown', `The container has no process ${pid} that started then.`);
    }
    return process;
  }

  /** The process if it is one of the container's now, whenever it started. */
  find(pid: number): ProcessFacts | undefined {
    return this.#contains(pid) ? this.#procfs.process(pid) : undefined;
  }

  #contains(pid: number): boolean {
    return this.#procfs
      .cgroups(pid)
      .some((path) => path === this.#cgroup || path.startsWith(`${this.#cgroup}/`));
  }
}

/** `/system.slice/docker-ID.scope/init` → `/system.slice/docker-ID.scope`; undefined when no part names the id. */
function cutAfterContainer(path: string, containerId: string): string | undefined {
  const at = path.indexOf(containerId);
  if (at < 0) {
    return undefined;
  }
  const end = path.indexOf('/', at);
  return end < 0 ? path : path.slice(0, end);
}
