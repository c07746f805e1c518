import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import { isUnspecified, type IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol } from '../kernel/socket-record.js';

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

/** The ports on which one network namespace listens, and those on which it lately did. */
export class ListeningSet {
  private byPort = new Map<number, Listener[]>();
  /** Port to the time until which its connections are still taken for accepted ones. */
  private readonly lately = new Map<number, number>();
  /** Since the last dump. */
  private readonly closed = new Set<number>();
  private isDoubtful = false;

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
    this.byPort = new Map();
    this.closed.clear();
    this.isDoubtful = false;
    for (const listener of listeners) {
      listener.owner ??= owners.get(listener.inode);
      const key = keyOf(listener.protocol, listener.port);
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
  }

  /** Remembers a listener that was closed, whether a dump saw it or not: what it has accepted may go on. */
  remember(protocol: SocketProtocol, port: number, now: number): void {
    const key = keyOf(protocol, port);
    this.lately.set(key, now + LATELY_MS);
    this.closed.add(key);
    if (this.isDoubtful) {
      this.byPort.delete(key);
    }
  }

  /**
   * Others have come since the last dump: where a listener has been closed, or will be before the next one, it may be
   * theirs that listens.
   */
  doubt(): void {
    this.isDoubtful = true;
    this.closed.forEach((key) => this.byPort.delete(key));
  }

  /**
   * The listener that a connection to that address and port reaches; an exact address wins over a wildcard, and of those
   * one of its own family. Of several that share the port (SO_REUSEPORT) nobody can tell which: that has as owner what
   * they have in common.
   */
  find(protocol: SocketProtocol, address: IpAddress, port: number): Listener | undefined {
    const listeners = this.byPort.get(keyOf(protocol, port));
    if (listeners === undefined) {
      return undefined;
    }
    const [only] = listeners;
    if (listeners.length === 1 && only !== undefined) {
      return only.address === address || acceptsAny(only, address) ? only : undefined;
    }
    const exact = listeners.filter((listener) => listener.address === address);
    return oneOf(exact.length > 0 ? exact : ofOwnFamily(listeners, address));
  }

  /** Whether a socket with that local port was accepted rather than connected. */
  hasPort(protocol: SocketProtocol, port: number): boolean {
    const key = keyOf(protocol, port);
    return this.byPort.has(key) || this.lately.has(key);
  }

  *all(): IterableIterator<Listener> {
    for (const listeners of this.byPort.values()) {
      yield* listeners;
    }
  }
}

const LATELY_MS = 15 * 60_000;

function keyOf(protocol: SocketProtocol, port: number): number {
  return protocol === 'tcp' ? port : 65_536 + port;
}

/** The kernel prefers a socket of IPv4 to one of IPv6 that carries it (compute_score in net/ipv4/inet_hashtables.c). */
function ofOwnFamily(listeners: readonly Listener[], address: IpAddress): readonly Listener[] {
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
