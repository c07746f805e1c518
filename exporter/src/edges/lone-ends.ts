import type { SocketRecord } from '../kernel/socket-record.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** One end of a connection that is over. */
export interface LoneEnd {
  readonly namespace: TrackedNamespace;
  readonly record: SocketRecord;
}

/**
 * Ends of connections that no pass saw, whose other ends have not been heard of yet: only they tell that an address
 * led where it seems to lead. Mostly both are announced within milliseconds; what is left waits for the next pass.
 */
export class LoneEnds {
  private readonly ends = new Map<string, LoneEnd>();
  /** What its other end did not help, and what another has replaced that had the same ports. */
  private left: LoneEnd[] = [];

  /** The key is `keyOfEnd` of this end. False when there is no room. */
  keep(key: string, end: LoneEnd): boolean {
    if (this.ends.size + this.left.length >= MOST_ENDS) {
      return false;
    }
    const earlier = this.ends.get(key);
    if (earlier !== undefined) {
      this.left.push(earlier);
    }
    this.ends.set(key, end);
    return true;
  }

  placeOf(key: string): TrackedNamespace | undefined {
    return this.ends.get(key)?.namespace;
  }

  take(key: string): LoneEnd | undefined {
    const end = this.ends.get(key);
    if (end !== undefined) {
      this.ends.delete(key);
    }
    return end;
  }

  /** Lets one wait that its other end did not help. */
  leave(end: LoneEnd): void {
    this.left.push(end);
  }

  takeAll(): readonly LoneEnd[] {
    const all = [...this.left, ...this.ends.values()];
    this.left = [];
    this.ends.clear();
    return all;
  }
}

const MOST_ENDS = 50_000;
