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

/** A port may be used again before both ends of its last connection were heard of: there are several then. */
interface Waiting {
  readonly ending: Ending;
  before: Waiting | undefined;
}

/**
 * Makes received bytes exact where both ends of a connection are on this host: what one end sent, the other received.
 * An ending whose other end does not show up is settled by what is likely.
 */
export class PairedEndings {
  private latest = new EndTable<Waiting>();
  private earlier = new EndTable<Waiting>();
  private turnedAt = 0;

  /** Returns the other end if that was heard of before. */
  add(ending: Ending): Ending | undefined {
    const other = this.takeOtherOf(ending);
    if (other === undefined) {
      this.wait(ending);
      return undefined;
    }
    settleBy(ending, other);
    settleBy(other, ending);
    return other;
  }

  /** The other end has aborted, and sent no FIN: settles this one and returns it, if it was heard of. */
  abort(end: End): Ending | undefined {
    const ending =
      this.take(end, (waiting) => waiting.end === end) ??
      this.take(end, ({ orderly }) => !orderly) ??
      this.take(end, () => true);
    if (ending !== undefined) {
      settleAlone({ ...ending, likelyBytes: ending.receivedOctets });
    }
    return ending;
  }

  /** Where that end was, while its other end was not heard of yet. */
  placeOf(end: End): TrackedNamespace | undefined {
    return (this.latest.get(end) ?? this.earlier.get(end))?.ending.namespace;
  }

  /** Settles what has waited for long enough. */
  expire(now: number): void {
    if (now - this.turnedAt >= WAIT_MS) {
      this.turnedAt = now;
      this.turn();
    }
  }

  private takeOtherOf(ending: Ending): Ending | undefined {
    const end = otherEndOf(ending.end);
    const latest = this.latest.take(end);
    if (latest !== undefined) {
      // As a rule it is that one, and there is no need to look for it again.
      if (latest.before === undefined && areOfOne(ending, latest.ending, false)) {
        return latest.ending;
      }
      this.latest.set(end, latest);
    } else if (this.earlier.get(end) === undefined) {
      return undefined;
    }
    return (
      this.take(end, (waiting) => areOfOne(ending, waiting, false)) ??
      this.take(end, (waiting) => areOfOne(ending, waiting, true))
    );
  }

  private wait(ending: Ending): void {
    const waiting: Waiting = { ending, before: undefined };
    waiting.before = this.latest.set(ending.end, waiting);
    if (waiting.before !== undefined) {
      settleBeyond(waiting, MOST_ALIKE);
    }
    if (this.latest.size > MOST_LATEST) {
      this.turn();
    }
  }

  private take(end: End, isIt: (ending: Ending) => boolean): Ending | undefined {
    return takeFrom(this.earlier, end, isIt) ?? takeFrom(this.latest, end, isIt);
  }

  private turn(): void {
    for (const waiting of this.earlier.values()) {
      settleBeyond(waiting, 0);
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

/** Takes the eldest that it is. */
function takeFrom(table: EndTable<Waiting>, end: End, isIt: (ending: Ending) => boolean): Ending | undefined {
  const all = table.take(end);
  let found: Waiting | undefined;
  for (let waiting = all; waiting !== undefined; waiting = waiting.before) {
    found = isIt(waiting.ending) ? waiting : found;
  }
  const rest = without(all, found);
  if (rest !== undefined) {
    table.set(end, rest);
  }
  return found?.ending;
}

function without(all: Waiting | undefined, one: Waiting | undefined): Waiting | undefined {
  if (all === one) {
    return all?.before;
  }
  for (let waiting = all; waiting !== undefined; waiting = waiting.before) {
    if (waiting.before === one) {
      waiting.before = one?.before;
      break;
    }
  }
  return all;
}

/** All but the latest few. */
function settleBeyond(all: Waiting, few: number): void {
  let waiting: Waiting | undefined = all;
  for (let count = 1; waiting !== undefined; count++) {
    const { ending, before }: Waiting = waiting;
    if (count > few) {
      settleAlone(ending);
    }
    if (count >= few) {
      waiting.before = undefined;
    }
    waiting = before;
  }
}

/** Whether both may be ends of one connection: what one has sent, the other has received; less where there was a reset. */
function areOfOne(one: Ending, other: Ending, isLossy: boolean): boolean {
  if (isLossy && one.orderly && other.orderly) {
    return false;
  }
  const most = isLossy ? Infinity : 1;
  const oneMore = one.sentBytes - other.receivedOctets;
  const otherMore = other.sentBytes - one.receivedOctets;
  return oneMore >= -1 && otherMore >= -1 && oneMore <= most && otherMore <= most;
}

function settleBy({ tally, receivedOctets, creditedBytes }: Ending, { sentBytes }: Ending): void {
  // What was sent and never read is not received: the other end decides about the one byte only.
  const payload = sentBytes >= receivedOctets ? receivedOctets : receivedOctets - 1;
  tally.receivedBytes += Math.max(0, payload - creditedBytes);
}

/** At least; at most twice that. */
const WAIT_MS = 60_000;
const MOST_LATEST = 25_000;
/** With the same ends. */
const MOST_ALIKE = 8;
