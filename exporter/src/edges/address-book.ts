import { isLoopback, isPublic, type IpAddress } from '../kernel/ip-address.js';
import type { Listener } from './listening-set.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** Where on this host an address and port lead. */
export interface LocalPeer {
  readonly namespace: TrackedNamespace;
  /** Undefined when nothing is known to listen there. */
  readonly listener: Listener | undefined;
}

/** Which network namespaces of this host have which addresses. */
export class AddressBook {
  private namespacesOf = new Map<IpAddress, TrackedNamespace[]>();
  private overlaps = false;
  /** Private addresses that were looked for after a whole pass, and are on no namespace of this host. */
  private readonly elsewhere = new Set<IpAddress>();

  rebuild(namespaces: Iterable<TrackedNamespace>): void {
    this.namespacesOf = new Map();
    this.overlaps = false;
    for (const namespace of namespaces) {
      for (const address of namespace.addresses) {
        if (isLoopback(address)) {
          continue;
        }
        this.elsewhere.delete(address);
        const others = this.namespacesOf.get(address);
        if (others === undefined) {
          this.namespacesOf.set(address, [namespace]);
        } else {
          others.push(namespace);
          this.overlaps = true;
        }
      }
    }
  }

  /** Whether several namespaces have the address. */
  isShared(address: IpAddress): boolean {
    return this.overlaps && (this.namespacesOf.get(address)?.length ?? 0) > 1;
  }

  /** Whether an address is known to be on another host; public ones are taken to be. */
  isElsewhere(address: IpAddress): boolean {
    return this.elsewhere.has(address) || (isPublic(address) && !this.namespacesOf.has(address));
  }

  /** Says that a pass has just found the address nowhere on this host. */
  noteElsewhere(address: IpAddress): void {
    if (this.elsewhere.size >= MOST_ELSEWHERE) {
      this.elsewhere.clear();
    }
    this.elsewhere.add(address);
  }

  /** The namespaces of this host that have the address; of loopback's none. */
  having(address: IpAddress): readonly TrackedNamespace[] {
    return this.namespacesOf.get(address) ?? [];
  }

  /** Whether the address leads to some place on this host. */
  isLocal(from: TrackedNamespace, address: IpAddress): boolean {
    return this.candidates(from, address).length > 0;
  }

  /**
   * The namespaces that an address may mean to a socket in `from`: its own for loopback and its own addresses, else
   * every one that has it. More than one where networks overlap.
   */
  candidates(from: TrackedNamespace, address: IpAddress): readonly TrackedNamespace[] {
    if (isLoopback(address) || from.addresses.has(address)) {
      return [from];
    }
    return this.having(address);
  }
}

const MOST_ELSEWHERE = 10_000;
