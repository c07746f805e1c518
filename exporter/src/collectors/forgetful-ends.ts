import { APART_MS } from '../edges/other-ends.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol, SocketRecord } from '../kernel/socket-record.js';

/** What was heard of the end of a connection. */
interface HeardEnd {
  readonly record: SocketRecord;
  /** Milliseconds. */
  readonly heardAt: number;
}

/** Ends in the order in which they were heard of. */
interface Queue<End> {
  readonly ends: readonly End[];
  /** Of each end its own index, or, when it was taken, that of a later one that may not be. */
  readonly next: number[];
}

/** Whether an end has aborted its connection, and forgotten where the other was. */
export function isForgetful({ record }: HeardEnd): boolean {
  return record.peerPort === 0;
}

/**
 * Ends by what their other ends still know that aborted: their own port, and whose address the other's is. Of those
 * there may be tens of thousands that look alike.
 */
export class OthersOfForgetful<End extends HeardEnd> {
  private readonly queues = new Map<string, Queue<End>>();

  constructor(ends: readonly End[]) {
    if (!ends.some(isForgetful)) {
      return;
    }
    const alike = new Map<string, End[]>();
    for (const end of ends) {
      const { protocol, localAddress, peerPort } = end.record;
      if (peerPort !== 0) {
        const key = keyOf(protocol, localAddress, peerPort);
        const others = alike.get(key);
        if (others === undefined) {
          alike.set(key, [end]);
        } else {
          others.push(end);
        }
      }
    }
    for (const [key, others] of alike) {
      const sorted = others.sort((a, b) => a.heardAt - b.heardAt);
      this.queues.set(key, { ends: sorted, next: sorted.map((_, index) => index) });
    }
  }

  /** The other end of what was aborted, which was heard of at about the same time. */
  find(end: HeardEnd, isPossible: (other: End) => boolean): End | undefined {
    const found = this.search(end, isPossible);
    return found?.queue.ends[found.index];
  }

  /** As `find`; what is taken is found no more. */
  take(end: HeardEnd, isPossible: (other: End) => boolean): End | undefined {
    const found = this.search(end, isPossible);
    if (found === undefined) {
      return undefined;
    }
    const { queue, index } = found;
    queue.next[index] = index + 1;
    return queue.ends[index];
  }

  private search(
    { record, heardAt }: HeardEnd,
    isPossible: (other: End) => boolean,
  ): { queue: Queue<End>; index: number } | undefined {
    const queue = this.queues.get(keyOf(record.protocol, record.peerAddress, record.localPort));
    if (queue === undefined) {
      return undefined;
    }
    let index = leftFrom(queue, firstAfter(queue.ends, heardAt - APART_MS));
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const other = queue.ends[index];
      if (other === undefined || other.heardAt - heardAt >= LATEST_TAKEN_MS) {
        return undefined;
      }
      if (isPossible(other)) {
        return { queue, index };
      }
      index = leftFrom(queue, index + 1);
    }
    return undefined;
  }
}

/** The program at the other end may let go of it later. */
const LATEST_TAKEN_MS = 10_000;
/** Of ends that are in time and not possible: those of other namespaces with the same addresses. */
const MOST_TRIES = 100;

function keyOf(protocol: SocketProtocol, address: IpAddress, otherPort: number): string {
  return `${protocol} ${address} ${otherPort}`;
}

/** The first that was heard after that time, by halves. */
function firstAfter(ends: readonly HeardEnd[], time: number): number {
  let from = 0;
  let to = ends.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ends[middle]?.heardAt ?? Infinity) > time) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return from;
}

/** The first from there on that was not taken; shortens the way there for the next. */
function leftFrom({ next }: Queue<HeardEnd>, index: number): number {
  let left = index;
  while (left < next.length && next[left] !== left) {
    left = next[left] ?? left;
  }
  let at = index;
  while (at < left) {
    const following = next[at] ?? left;
    next[at] = left;
    at = following;
  }
  return left;
}
