import type { DnsAnswer } from '../kernel/dns-message.js';
import type { IpAddress } from '../kernel/ip-address.js';

interface SeenName {
  readonly name: string;
  /** Milliseconds of the caller's clock. */
  readonly until: number;
}

/**
 * The names under which addresses were last answered, to each who asked. Of too many, the one that was used least lately
 * is forgotten.
 */
export class NameCache {
  /** By who asked and the address. */
  private readonly names = new Map<string, SeenName>();

  constructor(private readonly most = MOST_NAMES) {}

  get size(): number {
    return this.names.size;
  }

  learn(asker: IpAddress, { name, addresses }: DnsAnswer, now: number): void {
    for (const { address, ttlSeconds } of addresses) {
      // Programs keep addresses for longer than they were told to.
      const keptSeconds = Math.min(Math.max(ttlSeconds, SHORTEST_SECONDS), LONGEST_SECONDS);
      this.put(keyOf(asker, address), { name, until: now + keptSeconds * 1_000 });
    }
  }

  /** Empty where it was told none of its name lately. */
  nameOf(asker: IpAddress, address: IpAddress, now: number): string {
    const key = keyOf(asker, address);
    const seen = this.names.get(key);
    if (seen === undefined) {
      return '';
    }
    if (seen.until <= now) {
      this.names.delete(key);
      return '';
    }
    this.put(key, seen);
    return seen.name;
  }

  /** A map keeps the order of insertion: the first is the one that was used least lately. */
  private put(key: string, seen: SeenName): void {
    this.names.delete(key);
    this.names.set(key, seen);
    if (this.names.size > this.most) {
      const [oldest] = this.names.keys();
      if (oldest !== undefined) {
        this.names.delete(oldest);
      }
    }
  }
}

const MOST_NAMES = 20_000;

function keyOf(asker: IpAddress, address: IpAddress): string {
  return `${asker} ${address}`;
}

const SHORTEST_SECONDS = 15 * 60;
const LONGEST_SECONDS = 24 * 60 * 60;
