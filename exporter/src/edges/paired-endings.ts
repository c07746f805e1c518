import { addReceived, type Tally } from './edge.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** One end of a connection that has just ended, whose received bytes are uncertain by one: a FIN counts as a byte. */
export interface Ending {
  /** `keyOfEnd` of this end, and of the other, as the server sees them. */
  readonly key: string;
  readonly otherKey: string;
  readonly sentBytes: number;
  /** As the kernel counts: with the FIN, if there was one. */
  readonly receivedOctets: number;
  /** Payload that the tally has been given already: the octets, or one less. */
  readonly creditedBytes: number;
  /** Whether the peer's FIN was most likely received. */
  readonly orderly: boolean;
  readonly tally: Tally;
  readonly endedAt: number;
  readonly namespace: TrackedNamespace;
}

/**
 * Makes received bytes exact where both ends of a connection are on this host: what one end sent, the other received.
 * An ending whose other end does not show up is settled by what is likely.
 */
export class PairedEndings {
  private readonly waiting = new Map<string, Ending>();

  add(ending: Ending): void {
    const { key, otherKey } = ending;
    const other = this.waiting.get(otherKey);
    if (other !== undefined) {
      this.waiting.delete(otherKey);
      settleBy(ending, other);
      settleBy(other, ending);
      return;
    }
    const earlier = this.waiting.get(key);
    if (earlier !== undefined) {
      this.giveUp(earlier);
    }
    this.waiting.set(key, ending);
    if (this.waiting.size > MOST_WAITING) {
      const [oldest] = this.waiting.values();
      if (oldest !== undefined) {
        this.giveUp(oldest);
      }
    }
  }

  /** Where the end with that key was, while its other end was not heard of yet. */
  placeOf(key: string): TrackedNamespace | undefined {
    return this.waiting.get(key)?.namespace;
  }

  /** Settles what has waited for long enough. */
  expire(now: number): void {
    for (const ending of this.waiting.values()) {
      if (now - ending.endedAt < WAIT_MS) {
        // In the order in which they ended.
        return;
      }
      this.giveUp(ending);
    }
  }

  private giveUp(ending: Ending): void {
    this.waiting.delete(ending.key);
    settleAlone(ending);
  }
}

/** Settles an ending whose other end cannot be seen from here. */
export function settleAlone({
  orderly,
  tally,
  receivedOctets,
  creditedBytes,
}: Pick<Ending, 'orderly' | 'tally' | 'receivedOctets' | 'creditedBytes'>): void {
  if (!orderly) {
    addReceived(tally, receivedOctets - creditedBytes);
  }
}

function settleBy({ tally, receivedOctets, creditedBytes }: Ending, { sentBytes }: Ending): void {
  // What was sent and never read is not received: the other end decides about the one byte only.
  const payload = sentBytes >= receivedOctets ? receivedOctets : receivedOctets - 1;
  // Fewer than credited where a pass read the socket's state just before the FIN, and its counters just after.
  addReceived(tally, receivedOctets > 0 ? payload - creditedBytes : 0);
}

const WAIT_MS = 60_000;
const MOST_WAITING = 50_000;
