import type { ConnectionTracker } from '../edges/connection-tracker.js';
import { isWithEmbeddedResolver } from '../edges/embedded-resolver.js';
import { APART_MS } from '../edges/other-ends.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { EventOrigin } from '../kernel/destroy-events.js';
import { isUnspecified } from '../kernel/ip-address.js';
import { copySocketRecord, type SocketRecord } from '../kernel/socket-record.js';
import type { SocketSource } from '../kernel/socket-source.js';
import { OthersOfForgetful, isForgetful } from './forgetful-ends.js';
import type { Addressed, StrangeNamespaces } from './strange-namespaces.js';

export interface WaitingEndsOptions {
  readonly source: Pick<SocketSource, 'events'>;
  readonly tracker: ConnectionTracker;
  readonly strangers: StrangeNamespaces;
  readonly containers: () => Iterable<Addressed>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** An event that must wait for a pass, copied. */
export interface WaitingEnd {
  /** Undefined where the namespace has been known from the first. */
  readonly origin: EventOrigin | undefined;
  readonly record: SocketRecord;
  /**
   * Where it came from, once that is known: the address by which a stranger is known may be another's by the next
   * pass.
   */
  readonly namespace: TrackedNamespace | undefined;
  /** For how many more passes it may wait for its other end, or its namespace. */
  readonly patience: number;
  /** By `now`. */
  readonly heardAt: number;
  /** Waits for a pass soon, before what it asks about is gone. */
  readonly isUrgent: boolean;
}

/**
 * What the kernel announces of destroyed sockets: given to the tracker at once where everything about them is known,
 * else after a pass. A pass is: `take`, and at its end `give` with what was taken, or `putBack` when it has failed.
 * Giving thousands takes its time: `pause` lets others have their turn.
 */
export class WaitingEnds {
  private waiting: WaitingEnd[] = [];
  private isUrgent = false;
  /** Something that waits comes from a namespace that is not known. */
  private isStrange = false;
  private strangePatienceMs = SHORTEST_PATIENCE_MS;
  private urgentPatienceMs = URGENT_PATIENCE_MS;
  private lost = false;

  constructor(private readonly options: WaitingEndsOptions) {}

  /** Within how many milliseconds after the last pass the next is wanted; Infinity when nothing waits for it. */
  get patienceMs(): number {
    if (this.isStrange) {
      // The namespace may be gone soon.
      return this.strangePatienceMs;
    }
    return this.isUrgent ? this.urgentPatienceMs : Infinity;
  }

  /** Whether something still waits whose namespace the last pass has not found, and the next may. */
  get isLost(): boolean {
    return this.lost && this.strangePatienceMs <= 2 * SHORTEST_PATIENCE_MS;
  }

  /** The record is not kept. */
  hear(record: SocketRecord, origin: EventOrigin): void {
    const { tracker, now, strangers } = this.options;
    if (this.isRepeated({ origin, record }) || isWithEmbeddedResolver(record)) {
      return;
    }
    const namespace = this.namespaceOf(origin);
    if (namespace === undefined && strangers.isOld) {
      // Its container may be gone before the pass.
      strangers.learn(this.options.containers());
    }
    const outcome =
      namespace === undefined ? 'urgent' : tracker.destroyedSockets.giveIfClear(namespace, record, now());
    if (outcome === 'given' || outcome === 'kept') {
      return;
    }
    const isUrgent = outcome === 'urgent' && record.peerPort !== 0;
    if (this.waiting.length < MOST_WAITING) {
      const copy = copySocketRecord(record);
      this.wait({ origin, record: copy, namespace, patience: MORE_PASSES, heardAt: now(), isUrgent });
    } else {
      this.giveAtOnce(namespace ?? strangers.namespaceOf(record.localAddress, now()), record);
    }
  }

  take(): readonly WaitingEnd[] {
    const unpaired = { origin: undefined, patience: MORE_PASSES, isUrgent: false };
    const taken = [
      ...this.waiting,
      ...this.options.tracker.destroyedSockets.takeUnpaired().map((end) => ({ ...end, ...unpaired })),
    ];
    this.waiting = [];
    this.isUrgent = false;
    this.isStrange = false;
    this.lost = false;
    return taken;
  }

  /**
   * What was urgent still is, though the more passes fail, the longer until the next. What is too much by then is given
   * with what is known of it.
   */
  putBack(taken: readonly WaitingEnd[]): void {
    this.strangePatienceMs = Math.min(this.strangePatienceMs * 2, LONGEST_PATIENCE_MS);
    this.urgentPatienceMs = Math.min(this.urgentPatienceMs * 2, LONGEST_PATIENCE_MS);
    const all = [...taken, ...this.waiting].filter((each) => !this.isRepeated(each));
    this.waiting = [];
    for (const each of all.slice(0, MOST_WAITING)) {
      this.wait(each);
    }
    for (const { origin, namespace, record, heardAt } of all.slice(MOST_WAITING)) {
      this.giveAtOnce(namespace ?? this.namespaceOf(origin), record, heardAt);
    }
  }

  async give(taken: readonly WaitingEnd[], pause: () => Promise<void>): Promise<void> {
    const { tracker } = this.options;
    // Of some, that is known only when both have been heard.
    const ends = taken.filter((each) => !this.isRepeated(each));
    const others = new OthersOfForgetful(ends);
    const placed = ends.map((each) => ({ ...each, namespace: this.placeOf(each, others) }));
    // Each end's place may be what another's waits for.
    for (const each of placed) {
      if (each.namespace !== undefined) {
        tracker.attribution.noteEnded(each.namespace, recalled(each, each.namespace, others));
      }
      await pause();
    }
    let isInVain = false;
    for (const each of placed.toSorted((a, b) => turnOf(a) - turnOf(b))) {
      isInVain = !this.giveOne(each) || isInVain;
      await pause();
    }
    this.urgentPatienceMs = URGENT_PATIENCE_MS;
    // Namespaces that cannot be found must not keep us looking for them.
    this.strangePatienceMs = isInVain
      ? Math.min(this.strangePatienceMs * 2, LONGEST_PATIENCE_MS)
      : SHORTEST_PATIENCE_MS;
  }

  /** Whether the same is told twice. */
  private isRepeated({ origin, record }: Pick<WaitingEnd, 'origin' | 'record'>): boolean {
    return origin !== undefined && this.options.source.events?.isRepeated(origin, record) === true;
  }

  private wait(end: WaitingEnd): void {
    this.waiting.push(end);
    this.isUrgent ||= end.isUrgent;
    this.isStrange ||= end.namespace === undefined;
  }

  private namespaceOf(origin: EventOrigin | undefined): TrackedNamespace | undefined {
    const inode = origin && this.options.source.events?.namespaceOf(origin);
    return inode === undefined ? undefined : this.options.tracker.namespaces.get(inode);
  }

  /** Where an event came from; stood for, where no pass has found it. */
  private placeOf(end: WaitingEnd, others: OthersOfForgetful<WaitingEnd>): TrackedNamespace | undefined {
    const { namespace, origin, record, heardAt } = end;
    const { localAddress } = record;
    const address = isUnspecified(localAddress)
      ? others.find(end, () => true)?.record.peerAddress
      : localAddress;
    return (
      namespace ??
      this.namespaceOf(origin) ??
      (address === undefined ? undefined : this.options.strangers.namespaceOf(address, heardAt))
    );
  }

  /** False when the namespace is not known. */
  private giveOne(waiting: WaitingEnd): boolean {
    const { record, patience, heardAt, namespace } = waiting;
    const { tracker, now } = this.options;
    if (namespace !== undefined) {
      // Passes may follow each other closely, and a closed socket ends when its busy process sees that.
      if (patience === 0 && now() - heardAt >= SHORTEST_WAIT_MS) {
        tracker.destroyedSockets.give(namespace, record, now(), heardAt);
      } else if (tracker.destroyedSockets.giveIfPaired(namespace, record, now(), heardAt) !== 'given') {
        this.wait({ ...waiting, patience: Math.max(0, patience - 1), isUrgent: false });
      }
      return true;
    }
    if (patience > 0) {
      // Its process may have been seen before it went into the namespace.
      this.wait({ ...waiting, patience: patience - 1, isUrgent: false });
      this.lost = true;
    } else {
      this.countUnknown(record);
    }
    return false;
  }

  /** What there is no room for. */
  private giveAtOnce(
    namespace: TrackedNamespace | undefined,
    record: SocketRecord,
    heardAt = this.options.now(),
  ): void {
    const { tracker, now } = this.options;
    if (namespace === undefined) {
      this.countUnknown(record);
    } else {
      tracker.destroyedSockets.giveAtOnce(namespace, record, now(), heardAt);
    }
  }

  private countUnknown({ peerPort, counters }: SocketRecord): void {
    // Not a listener's. A client that aborted has forgotten the port that it had dialled.
    if (peerPort !== 0 || counters?.attempted === true) {
      this.options.tracker.attribution.countUnattributed('namespace_unknown');
    }
  }
}

/**
 * As they were heard of, since others may have had the same ports afterwards. But what an end that aborted has forgotten,
 * its other end tells, when that has been given.
 */
function turnOf(end: Pick<WaitingEnd, 'record' | 'heardAt'>): number {
  return end.heardAt + (isForgetful(end) ? APART_MS : 0);
}

const MOST_WAITING = 50_000;
const MORE_PASSES = 2;
const SHORTEST_WAIT_MS = 10_000;
const URGENT_PATIENCE_MS = 1_000;
const SHORTEST_PATIENCE_MS = 200;
const LONGEST_PATIENCE_MS = 5_000;

/** With what an end that aborted has forgotten, as far as its other end tells it, which tells it to no second one. */
function recalled(
  end: WaitingEnd,
  namespace: TrackedNamespace,
  others: OthersOfForgetful<WaitingEnd>,
): SocketRecord {
  const other = isForgetful(end)
    ? others.take(end, ({ record }) => namespace.hadAddress(record.peerAddress))
    : undefined;
  if (other === undefined) {
    return end.record;
  }
  const { localPort, peerAddress } = other.record;
  return { ...end.record, localAddress: peerAddress, peerPort: localPort };
}
