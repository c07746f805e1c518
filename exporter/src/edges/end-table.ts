import type { End, Endpoint } from './endpoint.js';

interface Entry<Value> {
  readonly end: End;
  value: Value;
  next: Entry<Value> | undefined;
}

/**
 * Values by the ends of connections. Thousands a second come and go again within milliseconds. A `Map` that is filled
 * and emptied like that replaces its table every few entries; each old table leads to the next, so that one that has
 * grown old keeps all that follow, and what was in them, from being collected cheaply. Nor are keys built here.
 */
export class EndTable<Value> {
  private buckets = emptyBuckets<Value>(FEWEST_BUCKETS);
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(end: End): Value | undefined {
    // Mostly there is nothing, and no need to look where.
    return this.count === 0 ? undefined : this.entryOf(end, this.bucketOf(end))?.value;
  }

  /** Returns what it replaces. */
  set(end: End, value: Value): Value | undefined {
    const bucket = this.bucketOf(end);
    const entry = this.entryOf(end, bucket);
    if (entry !== undefined) {
      const replaced = entry.value;
      entry.value = value;
      return replaced;
    }
    this.buckets[bucket] = { end, value, next: this.buckets[bucket] };
    this.count++;
    if (this.count > this.buckets.length) {
      this.grow();
    }
    return undefined;
  }

  /** Returns what is there, and removes it. */
  take(end: End): Value | undefined {
    if (this.count === 0) {
      return undefined;
    }
    const bucket = this.bucketOf(end);
    const entry = this.entryOf(end, bucket);
    if (entry === undefined) {
      return undefined;
    }
    let before = this.buckets[bucket];
    if (before === entry) {
      this.buckets[bucket] = entry.next;
    }
    while (before !== undefined && before !== entry) {
      if (before.next === entry) {
        before.next = entry.next;
      }
      before = before.next;
    }
    this.count--;
    return entry.value;
  }

  /** In no order. */
  *values(): Generator<Value> {
    for (const first of this.buckets) {
      for (let entry = first; entry !== undefined; entry = entry.next) {
        yield entry.value;
      }
    }
  }

  private entryOf(end: End, bucket: number): Entry<Value> | undefined {
    let entry = this.buckets[bucket];
    while (entry !== undefined && !isSameEnd(entry.end, end)) {
      entry = entry.next;
    }
    return entry;
  }

  private bucketOf({ local, peer }: End): number {
    return hashOf(peer, hashOf(local, 0)) & (this.buckets.length - 1);
  }

  private grow(): void {
    const entries = this.buckets.filter((entry) => entry !== undefined);
    this.buckets = emptyBuckets(this.buckets.length * 2);
    for (const first of entries) {
      let entry: Entry<Value> | undefined = first;
      while (entry !== undefined) {
        const { next }: Entry<Value> = entry;
        const bucket = this.bucketOf(entry.end);
        entry.next = this.buckets[bucket];
        this.buckets[bucket] = entry;
        entry = next;
      }
    }
  }
}

/** A power of two. */
const FEWEST_BUCKETS = 1_024;
/** Odd, and nobody's to know: whoever chooses addresses and ports must not be able to fill one bucket. */
const MULTIPLIER = (Math.floor(Math.random() * 2 ** 30) << 1) | 1;

function emptyBuckets<Value>(count: number): (Entry<Value> | undefined)[] {
  return new Array<Entry<Value> | undefined>(count).fill(undefined);
}

function isSameEnd(one: End, other: End): boolean {
  return (
    one.local.port === other.local.port &&
    one.peer.port === other.peer.port &&
    one.local.address === other.local.address &&
    one.peer.address === other.peer.address
  );
}

/** FNV-1a's way, with a multiplier of its own and the high bits folded into the low ones. */
function hashOf({ address, port }: Endpoint, seed: number): number {
  let hash = Math.imul(seed ^ port, MULTIPLIER);
  for (let index = 0; index < address.length; index++) {
    hash = Math.imul(hash ^ address.charCodeAt(index), MULTIPLIER);
  }
  return hash ^ (hash >>> 15);
}
