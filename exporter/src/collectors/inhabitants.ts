import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import { networkNamespaceOf } from '../kernel/netns.js';
import type { ProcessRecord } from '../kernel/process.js';

export interface InhabitantsOptions {
  readonly procRoot: string;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface Inhabitant {
  readonly pid: number;
  isThere: boolean;
  checkedAt: number;
}

/**
 * Whether somebody still lives in a network namespace. Events come sooner than passes: when a container has ended, its
 * address may be another's before a pass finds out.
 */
export class Inhabitants {
  /** The eldest of each namespace. */
  private eldest = new Map<number, Inhabitant>();

  constructor(private readonly options: InhabitantsOptions) {}

  /** What a pass has found: the processes of each namespace. */
  learn(processesOf: ReadonlyMap<number, readonly ProcessRecord[]>): void {
    this.eldest = new Map();
    const checkedAt = this.options.now();
    for (const [inode, [first, ...others]] of processesOf) {
      if (first !== undefined) {
        const { pid } = others.reduce((a, b) => (b.startTicks < a.startTicks ? b : a), first);
        this.eldest.set(inode, { pid, isThere: true, checkedAt });
      }
    }
  }

  /** Between passes: who has just come into a namespace; its eldest, where no pass has found anybody in it. */
  meet(inode: number, pid: number): void {
    if (!this.eldest.has(inode)) {
      this.eldest.set(inode, { pid, isThere: true, checkedAt: this.options.now() });
    }
  }

  /** False also when the eldest has ended and others go on: the next pass will know. */
  isInhabited({ inode }: TrackedNamespace): boolean {
    const inhabitant = this.eldest.get(inode);
    if (inhabitant === undefined) {
      return false;
    }
    const now = this.options.now();
    if (inhabitant.isThere && now - inhabitant.checkedAt >= CHECK_MS) {
      inhabitant.checkedAt = now;
      inhabitant.isThere = networkNamespaceOf(this.options.procRoot, inhabitant.pid) === inode;
    }
    return inhabitant.isThere;
  }
}

/** An engine needs longer to end one container and to start another with its address. */
const CHECK_MS = 50;
