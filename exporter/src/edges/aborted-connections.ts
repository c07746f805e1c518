import type { End } from './endpoint.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/**
 * Connections that one end tore down with a reset, both ends on this host. The end that did it (SO_LINGER of 0, as
 * health checks use) has forgotten everything when its socket is destroyed: its counters, its own address and the
 * port it had dialled. The end that was reset still knows.
 */
export interface AbortedEnd {
  /** The one that was reset; its local port is the one that was dialled. */
  readonly end: End;
  readonly namespace: TrackedNamespace;
  /** Where its client's end has been heard of; empty where that is not known. */
  readonly clients: readonly TrackedNamespace[];
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly endedAt: number;
}

/** Remembers servers' ends that were reset, until their other end asks or a while has passed. */
export class AbortedConnections {
  /** The eldest first: of connections from one port, those that ended first are told of first. */
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

  /** The other end of what a client in `namespace` aborted that dialled `server` from that port; it is told once. */
  take(namespace: TrackedNamespace, server: string, clientPort: number, now: number): AbortedEnd | undefined {
    const ends = (this.ends.get(keyOf(server, clientPort)) ?? []).filter(
      ({ endedAt }) => now - endedAt < MEMORY_MS,
    );
    // Clients of several namespaces may use one port, and have had one address.
    const aborted =
      ends.find(({ clients }) => clients.includes(namespace)) ??
      ends.find(({ clients, end }) => clients.length === 0 && namespace.hadAddress(end.peer.address));
    if (aborted !== undefined) {
      this.forget(aborted);
    }
    return aborted;
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

function keyOf(server: string, clientPort: number): string {
  return `${server} ${clientPort}`;
}
