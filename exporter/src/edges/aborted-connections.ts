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

/** One in a row of ends that look alike. */
interface Entry {
  readonly aborted: AbortedEnd;
  readonly row: Row;
  before: Entry | undefined;
  next: Entry | undefined;
}

/** The eldest first: of connections between the same, those that ended first are told of first. */
interface Row {
  readonly key: string;
  first: Entry | undefined;
  last: Entry | undefined;
}

/**
 * Remembers ends that were reset, until their other end asks or a while has passed. A server that aborts tens of
 * thousands leaves as many that look alike.
 */
export class AbortedConnections {
  private readonly rows = new Map<string, Row>();
  private readonly entries = new Map<End, Entry>();

  note(aborted: AbortedEnd): void {
    const { local, peer } = aborted.end;
    const key = keyOf(local.address, peer.port);
    const row = this.rows.get(key) ?? { key, first: undefined, last: undefined };
    this.rows.set(key, row);
    const entry: Entry = { aborted, row, before: row.last, next: undefined };
    if (row.last === undefined) {
      row.first = entry;
    } else {
      row.last.next = entry;
    }
    row.last = entry;
    this.entries.set(aborted.end, entry);
    if (this.entries.size > MOST_ENDS) {
      this.forgetEldest();
    }
  }

  /** Its other end remembers: it has not aborted, or passes have seen it. */
  forget({ end }: Pick<AbortedEnd, 'end'>): void {
    const entry = this.entries.get(end);
    if (entry !== undefined) {
      this.remove(entry);
    }
  }

  /** The other end of what was aborted in `namespace`, from that port, by what it still knows; it is told once. */
  take(
    namespace: TrackedNamespace,
    peerAddress: string,
    localPort: number,
    now: number,
  ): AbortedEnd | undefined {
    const row = this.rows.get(keyOf(peerAddress, localPort));
    while (row?.first !== undefined && now - row.first.aborted.endedAt >= MEMORY_MS) {
      this.remove(row.first);
    }
    let likely: Entry | undefined;
    let entry = row?.first;
    for (let tries = 0; entry !== undefined && tries < MOST_TRIES; tries++) {
      const { others, end } = entry.aborted;
      // Ends in several namespaces may have one port, and have had one address.
      if (others.includes(namespace)) {
        this.remove(entry);
        return entry.aborted;
      }
      if (likely === undefined && others.length === 0 && namespace.hadAddress(end.peer.address)) {
        likely = entry;
      }
      entry = entry.next;
    }
    if (likely !== undefined) {
      this.remove(likely);
    }
    return likely?.aborted;
  }

  /** Many at once: a map takes its time to find its first entry when those before it were removed. */
  private forgetEldest(): void {
    let left = MOST_ENDS / 10;
    for (const entry of this.entries.values()) {
      this.remove(entry);
      left--;
      if (left === 0) {
        return;
      }
    }
  }

  private remove({ aborted, row, before, next }: Entry): void {
    this.entries.delete(aborted.end);
    if (before === undefined) {
      row.first = next;
    } else {
      before.next = next;
    }
    if (next === undefined) {
      row.last = before;
    } else {
      next.before = before;
    }
    if (row.first === undefined) {
      this.rows.delete(row.key);
    }
  }
}

const MOST_ENDS = 50_000;
/** A port may be used again. What it is asked for may have waited for some passes. */
const MEMORY_MS = 15_000;
/** Of ends that are another namespace's. */
const MOST_TRIES = 100;

function keyOf(address: string, otherPort: number): string {
  return `${address} ${otherPort}`;
}
