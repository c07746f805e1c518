import type { DnsAnswer } from '../kernel/dns-message.js';
import type { IpAddress } from '../kernel/ip-address.js';

interface SeenName {
  readonly name: string;
  /** Milliseconds of the caller's clock. */
  readonly until: number;
}

/** The names under which addresses were last answered. Of too many, the one that was used least lately is forgotten. */
export class NameCache {
  private readonly names = new Map<IpAddress, SeenName>();

  constructor(private readonly most = MOST_NAMES) {}

  get size(): number {
    return this.names.size;
  }

  learn({ name, addresses }: DnsAnswer, now: number): void {
    for (const { address, ttlSeconds } of addresses) {
      // Programs keep addresses for longer than they were told to.
      const keptSeconds = Math.min(Math.max(ttlSeconds, SHORTEST_SECONDS), LONGEST_SECONDS);
      this.put(address, { name, until: now + keptSeconds * 1_000 });
    }
  }

  /** Empty where none was seen lately. */
  nameOf(address: IpAddress, now: number): string {
    const seen = this.names.get(address);
    if (seen === undefined) {
      return '';
    }
    if (seen.until <= now) {
      this.names.delete(address);
      return '';
    }
    this.put(address, seen);
    return seen.name;
  }

  /** A map keeps the order of insertion: the first is the one that was used least lately. */
  private put(address: IpAddress, seen: SeenName): void {
    this.names.delete(address);
    this.names.set(address, seen);
    if (this.names.size > this.most) {
      const [oldest] = this.names.keys();
      if (oldest !== undefined) {
        this.names.delete(oldest);
      }
    }
  }
}

const MOST_NAMES = 20_000;
const SHORTEST_SECONDS = 15 * 60;
const LONGEST_SECONDS = 24 * 60 * 60;
