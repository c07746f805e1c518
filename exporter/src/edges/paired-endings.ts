import type { Tally } from './edge.js';
import { EndTable } from './end-table.js';
import { otherEndOf, type End } from './endpoint.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** One end of a connection that has just ended, whose received bytes are uncertain by one: a FIN counts as a byte. */
export interface Ending {
  readonly end: End;
  readonly sentBytes: number;
  /** As the kernel counts: with the FIN, if there was one. */
  readonly receivedOctets: number;
  /** Payload that the tally has been given already: the octets, or one less. */
  readonly creditedBytes: number;
  /** Payload, as far as this end can tell by itself. */
  readonly likelyBytes: number;
  /** Whether the peer's FIN was most likely received. */
  readonly orderly: boolean;
  readonly tally: Tally;
  readonly namespace: TrackedNamespace;
}

/**
 * Makes received bytes exact where both ends of a connection are on this host: what one end sent, the other received.
 * An ending whose other end does not show up is settled by what is likely.
 */
export class PairedEndings {
  private latest = new EndTable<Ending>();
  private earlier = new EndTable<Ending>();
  private turnedAt = 0;

  /** Returns the other end if that was heard of before. */
  add(ending: Ending): Ending | undefined {
    const other = this.take(otherEndOf(ending.end));
    if (other !== undefined) {
      settleBy(ending, other);
      settleBy(other, ending);
      return other;
    }
    const before = this.take(ending.end);
    if (before !== undefined) {
      settleAlone(before);
    }
    this.latest.set(ending.end, ending);
    if (this.latest.size > MOST_LATEST) {
      this.turn();
    }
    return undefined;
  }

  /** The other end has aborted, and sent no FIN: settles this one and returns it, if it was heard of. */
  abort(end: End): Ending | undefined {
    const ending = this.take(end);
    if (ending !== undefined) {
      settleAlone({ ...ending, likelyBytes: ending.receivedOctets });
    }
    return ending;
  }

  /** Where that end was, while its other end was not heard of yet. */
  placeOf(end: End): TrackedNamespace | undefined {
    return (this.latest.get(end) ?? this.earlier.get(end))?.namespace;
  }

  /** Settles what has waited for long enough. */
  expire(now: number): void {
    if (now - this.turnedAt >= WAIT_MS) {
      this.turnedAt = now;
      this.turn();
    }
  }

  private take(end: End): Ending | undefined {
    return this.latest.take(end) ?? this.earlier.take(end);
  }

  private turn(): void {
    for (const ending of this.earlier.values()) {
      settleAlone(ending);
    }
    this.earlier = this.latest;
    this.latest = new EndTable();
  }
}

/** Settles an ending whose other end cannot be seen from here. */
export function settleAlone({
  tally,
  likelyBytes,
  creditedBytes,
}: Pick<Ending, 'tally' | 'likelyBytes' | 'creditedBytes'>): void {
  tally.receivedBytes += likelyBytes - creditedBytes;
}

function settleBy({ tally, receivedOctets, creditedBytes }: Ending, { sentBytes }: Ending): void {
  // What was sent and never read is not received: the other end decides about the one byte only.
  const payload = sentBytes >= receivedOctets ? receivedOctets : receivedOctets - 1;
  tally.receivedBytes += Math.max(0, payload - creditedBytes);
}

/** At least; at most twice that. */
const WAIT_MS = 60_000;
const MOST_LATEST = 25_000;
