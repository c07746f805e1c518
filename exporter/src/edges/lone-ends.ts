import type { SocketRecord } from '../kernel/socket-record.js';
import { EndTable } from './end-table.js';
import type { End } from './endpoint.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** One end of a connection that is over. */
export interface LoneEnd {
  readonly namespace: TrackedNamespace;
  readonly record: SocketRecord;
  /** Milliseconds: when it was told. */
  readonly heardAt: number;
}

/**
 * Ends of connections that no pass saw, whose other ends have not been heard of yet: only they tell that an address
 * led where it seems to lead. Mostly both are announced within milliseconds; what is left waits for the next pass.
 */
export class LoneEnds {
  private ends = new EndTable<LoneEnd>();
  /** What its other end did not help, and what another has replaced that had the same ports. */
  private left: LoneEnd[] = [];

  /** False when there is no room. */
  keep(end: End, lone: LoneEnd): boolean {
    if (this.ends.size + this.left.length >= MOST_ENDS) {
      return false;
    }
    const earlier = this.ends.set(end, lone);
    if (earlier !== undefined) {
      this.left.push(earlier);
    }
    return true;
  }

  placeOf(end: End): TrackedNamespace | undefined {
    return this.ends.get(end)?.namespace;
  }

  take(end: End): LoneEnd | undefined {
    return this.ends.take(end);
  }

  /** Lets one wait that its other end did not help. */
  leave(lone: LoneEnd): void {
    this.left.push(lone);
  }

  takeAll(): readonly LoneEnd[] {
    const all = [...this.left, ...this.ends.values()];
    this.left = [];
    this.ends = new EndTable();
    return all;
  }
}

const MOST_ENDS = 50_000;
