import { existsSync, statSync } from 'node:fs';

/**
 * Which cgroup a socket's cgroup id means. The id is the inode number of the directory in the v2 tree, and cannot be
 * resolved once that is removed: so every path is looked at while it exists, and remembered.
 */
export class CgroupIds {
  private readonly root: string;
  private pathOfId = new Map<number, string>();
  private idOfPath = new Map<string, number>();

  constructor(sysRoot: string) {
    const unified = `${sysRoot}/fs/cgroup`;
    // On a hybrid host the v2 tree is mounted beside the v1 controllers.
    this.root = existsSync(`${unified}/cgroup.controllers`) ? unified : `${unified}/unified`;
  }

  /** Learns the ids of the cgroups that processes are in now, and forgets those that nothing is in any more. */
  learn(paths: ReadonlySet<string>): void {
    const idOfPath = new Map<string, number>();
    for (const path of paths) {
      const id = this.idOfPath.get(path) ?? inodeOf(this.root + path);
      if (id !== undefined) {
        idOfPath.set(path, id);
        this.pathOfId.set(id, path);
      }
    }
    this.idOfPath = idOfPath;
    if (this.pathOfId.size > MOST_PATHS) {
      this.pathOfId = new Map([...idOfPath].map(([path, id]) => [id, path]));
    }
  }

  /** Undefined for the root, which on hosts without v2 is what every socket says, and for what was never seen. */
  pathOf(id: number): string | undefined {
    const path = this.pathOfId.get(id);
    return path === '/' ? undefined : path;
  }
}

/** Sockets may outlive the last process of their cgroup. */
const MOST_PATHS = 10_000;

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
