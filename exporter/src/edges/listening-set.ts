import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import { isUnspecified, type IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol } from '../kernel/socket-record.js';
import { keyOfPort } from './endpoint.js';

/** A container, or NO_CONTAINER, and the name of the process in it; the name is empty where it is not known. */
export interface SocketOwner {
  readonly containerId: ContainerId;
  readonly process: string;
  /** 0 where it is not known. */
  readonly pid: number;
}

export interface Listener {
  readonly protocol: SocketProtocol;
  readonly family: 'ipv4' | 'ipv6';
  readonly address: IpAddress;
  readonly port: number;
  readonly ipv6Only: boolean;
  readonly inode: number;
  readonly cgroupId: number;
  /** Undefined until it has been looked for. */
  owner: SocketOwner | undefined;
}

/** One that a dump has not found any more. */
interface Former {
  /** Undefined where no dump had found it. */
  readonly listener: Listener | undefined;
  /** When the first of its port was closed since the dump before, as far as was told. */
  readonly closedAt: number;
  /** What ended until then may be one's that it has accepted. */
  readonly until: number;
}

/**
 * The ports on which one network namespace listens, and those on which it lately did. Where a listener has been closed,
 * what ends before the next dump may have been accepted by it, or by another that listens there by then.
 */
export class ListeningSet {
  private byPort = new Map<number, Listener[]>();
  /** Port to the time until which its connections are still taken for accepted ones. */
  private readonly lately = new Map<number, number>();
  /** When the first was closed since the last dump, and how many were. */
  private readonly closed = new Map<number, { readonly at: number; readonly times: number }>();
  private readonly former = new Map<number, readonly Former[]>();
  /** How many the last dump has not found any more that nobody has told of yet. */
  private readonly awaited = new Map<number, number>();
  private dumpedAt = -Infinity;

  /** Takes the listeners of a new dump; owners that are known are kept. */
  replace(listeners: readonly Listener[], now: number): void {
    const owners = new Map<number, SocketOwner>();
    for (const [key, known] of this.byPort) {
      this.lately.set(key, now + LATELY_MS);
      for (const { inode, owner } of known) {
        if (owner !== undefined) {
          owners.set(inode, owner);
        }
      }
    }
    const before = this.byPort;
    this.byPort = new Map();
    for (const listener of listeners) {
      listener.owner ??= owners.get(listener.inode);
      const key = keyOfPort(listener.protocol, listener.port);
      const others = this.byPort.get(key);
      if (others === undefined) {
        this.byPort.set(key, [listener]);
      } else {
        others.push(listener);
      }
    }
    for (const [key, until] of this.lately) {
      if (until < now) {
        this.lately.delete(key);
      }
    }
    this.noteFormer(before, now);
    this.closed.clear();
  }

  /**
   * Remembers a listener that was closed, whether a dump saw it or not: what it has accepted may go on. Returns whether
   * one was known there.
   */
  remember(protocol: SocketProtocol, port: number, now: number): boolean {
    const key = keyOfPort(protocol, port);
    this.lately.set(key, now + LATELY_MS);
    const awaited = this.awaited.get(key) ?? 0;
    if (awaited > 0 && now - this.dumpedAt <= LATE_MS) {
      this.awaited.set(key, awaited - 1);
      return false;
    }
    const { at, times } = this.closed.get(key) ?? { at: now, times: 0 };
    this.closed.set(key, { at, times: times + 1 });
    return this.byPort.has(key);
  }

  /** Whether one that was known there has been closed since the last dump: the next one will tell who has followed it. */
  isClosed(protocol: SocketProtocol, port: number): boolean {
    const key = keyOfPort(protocol, port);
    return this.closed.has(key) && this.byPort.has(key);
  }

  /**
   * The listener that a connection to that address and port reached, which was heard of at that time; an exact address
   * wins over a wildcard, and of those one of its own family. Of several that share the port (SO_REUSEPORT) or have
   * followed each other nobody can tell which it was: that has as owner what they have in common.
   */
  find(protocol: SocketProtocol, address: IpAddress, port: number, heardAt: number): Listener | undefined {
    const key = keyOfPort(protocol, port);
    const current = acceptorsOf(this.byPort.get(key), address);
    const former = this.former.get(key)?.filter(({ until }) => heardAt <= until);
    if (this.closed.has(key) || former?.some(({ listener }) => listener === undefined) === true) {
      const [any] = current;
      return any && { ...any, owner: NOBODY };
    }
    if (former === undefined || former.length === 0) {
      return oneOf(current);
    }
    const closed = acceptorsOf(
      former.flatMap(({ listener }) => listener ?? []),
      address,
    );
    const [any] = closed;
    if (current.length === 0 && former.some(({ closedAt }) => heardAt >= closedAt)) {
      // Another may have come, and gone as well.
      return any && { ...any, owner: NOBODY };
    }
    return oneOf([...current, ...closed]);
  }

  /** Whether a socket with that local port was accepted rather than connected. */
  hasPort(protocol: SocketProtocol, port: number): boolean {
    const key = keyOfPort(protocol, port);
    return this.byPort.has(key) || this.lately.has(key);
  }

  private noteFormer(before: ReadonlyMap<number, readonly Listener[]>, now: number): void {
    for (const [key, former] of this.former) {
      const kept = former.filter(({ until }) => now - until < FORMER_MS);
      if (kept.length === 0) {
        this.former.delete(key);
      } else {
        this.former.set(key, kept);
      }
    }
    const until = now + LATE_MS;
    this.dumpedAt = now;
    this.awaited.clear();
    for (const key of new Set([...before.keys(), ...this.closed.keys()])) {
      const left = this.byPort.get(key) ?? [];
      const gone = (before.get(key) ?? []).filter(
        ({ inode }) => !left.some((other) => other.inode === inode),
      );
      const { at: closedAt, times: told } = this.closed.get(key) ?? { at: now, times: 0 };
      if (gone.length > told) {
        this.awaited.set(key, gone.length - told);
      }
      const unseen = told > gone.length ? [undefined] : [];
      const more = [...gone, ...unseen].map((listener) => ({ listener, closedAt, until }));
      if (more.length > 0) {
        this.former.set(key, [...(this.former.get(key) ?? []), ...more].slice(-MOST_FORMER));
      }
    }
  }

  *all(): IterableIterator<Listener> {
    for (const listeners of this.byPort.values()) {
      yield* listeners;
    }
  }
}

const LATELY_MS = 15 * 60_000;
/** What has ended before a dump is heard of about so much later at most. */
const LATE_MS = 1_000;
/** What has ended may wait for some passes. */
const FORMER_MS = 60_000;
/** Of one port. */
const MOST_FORMER = 16;

/** The kernel prefers a socket of IPv4 to one of IPv6 that carries it (compute_score in net/ipv4/inet_hashtables.c). */
function acceptorsOf(listeners: readonly Listener[] = [], address: IpAddress): readonly Listener[] {
  const exact = listeners.filter((listener) => listener.address === address);
  if (exact.length > 0) {
    return exact;
  }
  const accepting = listeners.filter((listener) => acceptsAny(listener, address));
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const own = accepting.filter((listener) => listener.family === family);
  return own.length > 0 ? own : accepting;
}

function oneOf([first, ...others]: readonly Listener[]): Listener | undefined {
  const owner = first?.owner;
  if (first === undefined || owner === undefined || others.length === 0) {
    return first;
  }
  const unknown = others.find((other) => other.owner === undefined);
  if (unknown !== undefined) {
    return unknown;
  }
  const isCommon = (of: (owner: SocketOwner) => string): boolean =>
    others.every((other) => other.owner !== undefined && of(other.owner) === of(owner));
  if (!isCommon(({ containerId }) => containerId)) {
    return { ...first, owner: NOBODY };
  }
  return isCommon(({ process }) => process) ? first : { ...first, owner: { ...owner, process: '' } };
}

const NOBODY: SocketOwner = { containerId: NO_CONTAINER, process: '', pid: 0 };

/** Whether it is not known who owns it: no process, and of those who live there none more than another. */
export function isNobody({ containerId, process }: SocketOwner): boolean {
  return containerId === NO_CONTAINER && process === '';
}

function acceptsAny(listener: Listener, address: IpAddress): boolean {
  if (!isUnspecified(listener.address)) {
    return false;
  }
  return address.includes(':')
    ? listener.family === 'ipv6'
    : !(listener.family === 'ipv6' && listener.ipv6Only);
}
