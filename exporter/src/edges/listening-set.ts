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
  /** As of SocketRecord: no other socket of the namespace ever has it. */
  readonly cookie: number;
  readonly inode: number;
  readonly cgroupId: number;
  /** Who accepts what arrives; of several that hold it, what they have in common. Undefined until it has been looked for. */
  owner: SocketOwner | undefined;
  /** The eldest of those that hold it, which is named as who listens; undefined where none is known. */
  holder?: SocketOwner | undefined;
}

/** What the kernel tells of a listener that was closed. */
export type ClosedListener = Pick<
  Listener,
  'protocol' | 'family' | 'address' | 'port' | 'ipv6Only' | 'cookie'
>;

/** One that a dump has found. */
interface Known {
  readonly listener: Listener;
  /** When a dump found it first. */
  readonly foundAt: number;
  /** When it was told to have been closed; Infinity while it was not. */
  closedAt: number;
}

/** One that no dump finds any more, or ever did. */
interface Former {
  readonly listener: Listener;
  /** No dump ever found it: whose it was, nobody knows. */
  readonly isStranger: boolean;
  /** What was heard of before can have been accepted by it no more than what was heard of after `until`. */
  readonly from: number;
  /** Infinity until the next dump. */
  readonly until: number;
  /** It stands for several, whose addresses nobody has kept. */
  readonly isAnywhere?: boolean;
}

/** One that may have accepted a connection. */
interface Acceptor {
  readonly listener: Listener;
  /** How well it fits the address; undefined where not at all. */
  readonly rank: number | undefined;
  readonly isStranger: boolean;
  /** It was there all the time in which the connection may have been accepted. */
  readonly isSteady: boolean;
  /** It has been closed since the last dump: only the next one tells who has followed it. */
  readonly isAwaited: boolean;
}

/**
 * The ports on which one network namespace listens, and those on which it lately did. Of a connection that no pass saw
 * only its ports and when it had ended is known: whoever may have listened there since the pass before may have accepted
 * it. Dumps tell who did, and of those that came and went in between, the kernel's announcements.
 */
export class ListeningSet {
  private byPort = new Map<number, Known[]>();
  /** Port to the time until which its connections are still taken for accepted ones. */
  private readonly lately = new Map<number, number>();
  private readonly former = new Map<number, readonly Former[]>();
  private dumpedAt = -Infinity;
  private dumpCount = 0;
  private reviewCount = 0;

  /** How many dumps there had been when the owners of their listeners were last looked for. */
  get reviewedDumps(): number {
    return this.reviewCount;
  }

  /** How many dumps there had been before what was heard of then; what is older than the last one counts as just before it. */
  dumpsBefore(heardAt: number): number {
    return heardAt > this.dumpedAt ? this.dumpCount : this.dumpCount - 1;
  }

  /** Whether what is heard of then has ended since the last dump, and not before. */
  isSince(heardAt: number): boolean {
    return heardAt - this.dumpedAt > LATE_MS;
  }

  /** Takes the listeners of a new dump; owners that are known are kept. */
  replace(listeners: readonly Listener[], now: number): void {
    const before = new Map<number, Known>();
    for (const [key, known] of this.byPort) {
      this.lately.set(key, now + LATELY_MS);
      known.forEach((each) => before.set(each.listener.cookie, each));
    }
    this.byPort = new Map();
    for (const listener of listeners) {
      const known = before.get(listener.cookie);
      before.delete(listener.cookie);
      listener.owner ??= known?.listener.owner;
      listener.holder ??= known?.listener.holder;
      const key = keyOfPort(listener.protocol, listener.port);
      const found = { listener, foundAt: known?.foundAt ?? now, closedAt: Infinity };
      const others = this.byPort.get(key);
      if (others === undefined) {
        this.byPort.set(key, [found]);
      } else {
        others.push(found);
      }
    }
    for (const [key, until] of this.lately) {
      if (until < now) {
        this.lately.delete(key);
      }
    }
    this.ageFormer(now);
    for (const { listener } of before.values()) {
      this.addFormer({ listener, isStranger: false, from: -Infinity, until: now + LATE_MS });
    }
    this.dumpedAt = now;
    this.dumpCount++;
  }

  /** The owners of all that the last dump found have been looked for. */
  reviewed(): void {
    this.reviewCount = this.dumpCount;
  }

  /**
   * A listener was closed, whether a dump saw it or not: what it has accepted may go on. Returns whether that makes a
   * difference to who may have accepted what ends from now on.
   */
  close(closed: ClosedListener, now: number): boolean {
    const key = keyOfPort(closed.protocol, closed.port);
    this.lately.set(key, now + LATELY_MS);
    const all = this.byPort.get(key);
    const known = all?.find(({ listener }) => listener.cookie === closed.cookie);
    if (known !== undefined) {
      known.closedAt = now;
      return true;
    }
    if (this.former.get(key)?.some(({ listener }) => listener.cookie === closed.cookie) === true) {
      return false;
    }
    // What is told so late may have ended before the dump.
    const from = now - this.dumpedAt < LATE_MS ? -Infinity : this.dumpedAt;
    const listener = { ...closed, inode: 0, cgroupId: 0, owner: NOBODY };
    this.addFormer({ listener, isStranger: true, from, until: Infinity });
    return all !== undefined;
  }

  /** Who accepts there, as far as is known now; what ended before may have been accepted by who did until then. */
  own(listener: Listener, owner: SocketOwner | undefined, now: number): void {
    const { owner: former } = listener;
    listener.owner = owner;
    const isSame = owner?.containerId === former?.containerId && owner?.process === former?.process;
    if (former !== undefined && former.pid !== 0 && !isSame) {
      const before = { ...listener, owner: former };
      this.addFormer({ listener: before, isStranger: false, from: -Infinity, until: now + LATE_MS });
    }
  }

  /** Whether one that was known there has been closed since the last dump: the next one will tell who has followed it. */
  isClosed(protocol: SocketProtocol, address: IpAddress, port: number, heardAt: number): boolean {
    const acceptors = this.acceptors(protocol, address, port, heardAt);
    return acceptors.some(isKnown) && acceptors.some(({ isAwaited }) => isAwaited);
  }

  /**
   * The listener that a connection to that address and port reached, which was heard of at that time. Of several that
   * share the port (SO_REUSEPORT) or have followed each other nobody can tell which it was: that has as owner what they
   * have in common.
   */
  find(protocol: SocketProtocol, address: IpAddress, port: number, heardAt: number): Listener | undefined {
    const acceptors = this.acceptors(protocol, address, port, heardAt);
    const known = acceptors.find(isKnown)?.listener;
    if (known !== undefined && acceptors.some(({ isAwaited }) => isAwaited)) {
      return { ...known, owner: NOBODY };
    }
    return known && oneOf(acceptors.map(({ listener }) => listener));
  }

  /** Whether a socket with that local port was accepted rather than connected. */
  hasPort(protocol: SocketProtocol, port: number): boolean {
    const key = keyOfPort(protocol, port);
    return this.byPort.has(key) || this.lately.has(key);
  }

  *all(): IterableIterator<Listener> {
    for (const known of this.byPort.values()) {
      for (const { listener } of known) {
        yield listener;
      }
    }
  }

  /** All that may have accepted it: those of its exact address, and where they were not always there, others too. */
  private acceptors(
    protocol: SocketProtocol,
    address: IpAddress,
    port: number,
    heardAt: number,
  ): readonly Acceptor[] {
    const key = keyOfPort(protocol, port);
    const known = this.byPort.get(key) ?? [];
    const former = (this.former.get(key) ?? []).filter(
      ({ from, until }) => from <= heardAt && heardAt <= until,
    );
    const all = [
      ...known.map((each) => this.acceptorOf(each, address, heardAt)),
      ...former.map(({ listener, isStranger, until, isAnywhere }) => ({
        ...{ listener, rank: isAnywhere === true ? EXACT : rankOf(listener, address) },
        ...{ isStranger, isSteady: false },
        isAwaited: until === Infinity && heardAt > this.dumpedAt,
      })),
    ];
    const acceptors: Acceptor[] = [];
    for (const rank of [EXACT, OWN_FAMILY, OTHER_FAMILY]) {
      const ofRank = all.filter((acceptor) => acceptor.rank === rank);
      acceptors.push(...ofRank);
      if (ofRank.some(({ isSteady }) => isSteady)) {
        break;
      }
    }
    return acceptors;
  }

  private acceptorOf({ listener, foundAt, closedAt }: Known, address: IpAddress, heardAt: number): Acceptor {
    // What is told so late may have been followed before the dump, which does not always list anew.
    const isAwaited = closedAt < Infinity && (heardAt > this.dumpedAt || closedAt - this.dumpedAt < LATE_MS);
    const isSteady = !isAwaited && foundAt + LATE_MS <= heardAt;
    return { listener, rank: rankOf(listener, address), isStranger: false, isSteady, isAwaited };
  }

  private addFormer(former: Former): void {
    const { protocol, port } = former.listener;
    const key = keyOfPort(protocol, port);
    const all = [...(this.former.get(key) ?? []), former];
    if (all.length > MOST_FORMER) {
      const eldest = all.splice(0, 2);
      const from = Math.min(...eldest.map((each) => each.from));
      const until = Math.max(...eldest.map((each) => each.until));
      const listener = { ...former.listener, owner: NOBODY };
      all.unshift({ listener, from, until, isStranger: true, isAnywhere: true });
    }
    this.former.set(key, all);
  }

  private ageFormer(now: number): void {
    for (const [key, former] of this.former) {
      const kept = former
        .map((each) => (each.until === Infinity ? { ...each, until: now + LATE_MS } : each))
        .filter(({ until }) => now - until < FORMER_MS);
      if (kept.length === 0) {
        this.former.delete(key);
      } else {
        this.former.set(key, kept);
      }
    }
  }
}

const LATELY_MS = 15 * 60_000;
/** What has ended before a dump is heard of about so much later at most. */
export const LATE_MS = 1_000;
/** What has ended may wait for some passes. */
const FORMER_MS = 60_000;
/** Of one port; more are remembered as somebody who listened on any address. */
const MOST_FORMER = 32;

/** The kernel prefers a socket of IPv4 to one of IPv6 that carries it (compute_score in net/ipv4/inet_hashtables.c). */
const EXACT = 1;
const OWN_FAMILY = 2;
const OTHER_FAMILY = 3;

/** Undefined for one that does not accept what goes to the address. */
function rankOf({ address: own, family, ipv6Only }: Listener, address: IpAddress): number | undefined {
  if (own === address) {
    return EXACT;
  }
  const isIpv6 = address.includes(':');
  if (!isUnspecified(own) || (isIpv6 ? family === 'ipv4' : family === 'ipv6' && ipv6Only)) {
    return undefined;
  }
  return isIpv6 === (family === 'ipv6') ? OWN_FAMILY : OTHER_FAMILY;
}

function isKnown({ isStranger }: Acceptor): boolean {
  return !isStranger;
}

function oneOf([first, ...others]: readonly Listener[]): Listener | undefined {
  if (first?.owner === undefined || others.length === 0) {
    return first;
  }
  const owners = [first.owner];
  for (const other of others) {
    if (other.owner === undefined) {
      return other;
    }
    owners.push(other.owner);
  }
  const owner = commonOwner(owners);
  return owner === first.owner ? first : { ...first, owner };
}

/**
 * Whose a socket is that may be any of theirs: what they have in common. That is the first where they differ in nothing,
 * the container, or nobody.
 */
export function commonOwner(owners: readonly SocketOwner[]): SocketOwner {
  const [first, ...others] = owners;
  if (first === undefined || others.some(({ containerId }) => containerId !== first.containerId)) {
    return owners.every(({ pid }) => pid !== 0) ? { ...NOBODY, pid: first?.pid ?? 0 } : NOBODY;
  }
  return others.every(({ process }) => process === first.process) ? first : { ...first, process: '' };
}

const NOBODY: SocketOwner = { containerId: NO_CONTAINER, process: '', pid: 0 };

/** Whether programs that have nothing in common hold it: it may not be that of whoever lives there, either. */
export function isContested(owner: SocketOwner): boolean {
  return isNobody(owner) && owner.pid !== 0;
}

/** Whether it is not known who owns it: no process, and of those who live there none more than another. */
export function isNobody({ containerId, process }: SocketOwner): boolean {
  return containerId === NO_CONTAINER && process === '';
}
