import type { End } from './endpoint.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/**
 * Connections that one end tore down with a reset, both ends on this host. The end that did it (SO_LINGER of 0, as
 * health checks use, and proxies towards their clients) has forgotten everything when its socket is destroyed: its
 * counters, its own address and the other's port. The end that was reset still knows.
 */
export interface AbortedEnd {
  /** The one that was reset. */
  readonly end: End;
  readonly namespace: TrackedNamespace;
  /** Where its other end has been heard of; empty where that is not known. */
  readonly others: readonly TrackedNamespace[];
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly endedAt: number;
}

/** Remembers ends that were reset, until their other end asks or a while has passed. */
export class AbortedConnections {
  /** The eldest first: of connections between the same, those that ended first are told of first. */
  private readonly ends = new Map<string, AbortedEnd[]>();
  private count = 0;

  note(aborted: AbortedEnd): void {
    const { local, peer } = aborted.end;
    const key = keyOf(local.address, peer.port);
    const others = this.ends.get(key);
    if (others === undefined) {
      this.ends.set(key, [aborted]);
    } else {
      others.push(aborted);
    }
    this.count++;
    if (this.count > MOST_ENDS) {
      const [oldest] = this.ends.keys();
      this.shift(oldest ?? key);
    }
  }

  /** Its other end remembers: it has not aborted, or passes have seen it. */
  forget({ end }: Pick<AbortedEnd, 'end'>): void {
    const key = keyOf(end.local.address, end.peer.port);
    const ends = this.ends.get(key) ?? [];
    const index = ends.findIndex((aborted) => aborted.end === end);
    if (index >= 0) {
      ends.splice(index, 1);
      this.count--;
    }
    if (ends.length === 0) {
      this.ends.delete(key);
    }
  }

  /** The other end of what was aborted in `namespace`, from that port, by what it still knows; it is told once. */
  take(
    namespace: TrackedNamespace,
    peerAddress: string,
    localPort: number,
    now: number,
  ): AbortedEnd | undefined {
    let likely: AbortedEnd | undefined;
    for (const aborted of this.ends.get(keyOf(peerAddress, localPort)) ?? []) {
      const { others, end, endedAt } = aborted;
      if (now - endedAt >= MEMORY_MS) {
        continue;
      }
      // Ends in several namespaces may have one port, and have had one address.
      if (others.includes(namespace)) {
        this.forget(aborted);
        return aborted;
      }
      if (likely === undefined && others.length === 0 && namespace.hadAddress(end.peer.address)) {
        likely = aborted;
      }
    }
    if (likely !== undefined) {
      this.forget(likely);
    }
    return likely;
  }

  private shift(key: string): AbortedEnd | undefined {
    const ends = this.ends.get(key);
    const end = ends?.shift();
    if (ends?.length === 0) {
      this.ends.delete(key);
    }
    this.count -= end === undefined ? 0 : 1;
    return end;
  }
}

const MOST_ENDS = 10_000;
/** A port may be used again. What it is asked for may have waited for some passes. */
const MEMORY_MS = 15_000;

function keyOf(address: string, otherPort: number): string {
  return `${address} ${otherPort}`;
}
