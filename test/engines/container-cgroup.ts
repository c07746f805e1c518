import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';

/** Of version 2, or of a hybrid host: its sockets know their cgroup. */
const TREE = existsSync('/sys/fs/cgroup/unified') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup';

/** A cgroup that is named as a container's: what runs in it is one to whoever reads cgroups. */
export class ContainerCgroup {
  /** As it stands in labels. */
  readonly containerId: string;
  private readonly folder: string;

  constructor(name: string) {
    const id = createHash('sha256').update(name).digest('hex');
    this.containerId = id.slice(0, 12);
    this.folder = path.join(TREE, id);
  }

  create(): this {
    mkdirSync(this.folder, { recursive: true });
    return this;
  }

  /** Before a command, which then runs in it. */
  enter(): string[] {
    return ['sh', '-c', 'echo 0 > "$0/cgroup.procs" && exec "$@"', this.folder];
  }

  /** When its processes, which were killed, are gone. */
  async delete(): Promise<void> {
    if (existsSync(this.folder)) {
      await vi.waitFor(() => rmdirSync(this.folder), { timeout: 10_000, interval: 50 });
    }
  }
}
