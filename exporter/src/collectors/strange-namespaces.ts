import type { ContainerId } from '../contract/ids.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { Container } from '../runtimes/container.js';
import { ANY_CONTAINER, type NetworkHost } from './namespace-census.js';

/** What is asked of a container. */
export type Addressed = Pick<Container, 'id' | 'addresses' | 'startedSeconds'>;

/** A container that has an address, or lately had. Milliseconds. */
interface Tenant {
  readonly id: ContainerId;
  readonly startedSeconds: number;
  readonly startedAt: number;
  seenAt: number;
  /** Infinity as far as is known. */
  endedAt: number;
  /** Until when an end that comes from the address may be of the tenant before. */
  readonly contestedUntil: number;
}

/**
 * Stands in for the network namespaces of containers that lived so shortly that none was opened. What is left of them are
 * destroy events; the runtime knew the address. An engine may give that to another as soon as a container has ended, and
 * the other may be gone before it was seen: where that may be, nothing is said.
 */
export class StrangeNamespaces {
  private readonly tenants = new Map<IpAddress, Tenant>();
  private readonly namespaces = new Map<ContainerId, TrackedNamespace>();
  /** When each has joined whose namespace. */
  private readonly visitors = new Map<NetworkHost, Map<ContainerId, number>>();
  private learntAt = -Infinity;

  /** `unixNow` is the clock that runtimes tell starts by, in milliseconds. */
  constructor(
    private readonly now: () => number,
    private readonly unixNow: () => number = Date.now,
  ) {}

  /** Whether what was learnt is so old that learning again may tell more. */
  get isOld(): boolean {
    return this.now() - this.learntAt >= FRESH_MS;
  }

  /** Those that run now. */
  learn(containers: Iterable<Addressed>): void {
    const seenAt = this.now();
    this.learntAt = seenAt;
    for (const { id, addresses, startedSeconds } of containers) {
      for (const { ip } of addresses) {
        if (ip !== '' && startedSeconds !== undefined) {
          this.see(ip, id, startedSeconds, seenAt);
        }
      }
    }
    for (const [address, tenant] of this.tenants) {
      if (tenant.seenAt < seenAt && tenant.endedAt === Infinity) {
        tenant.endedAt = tenant.seenAt;
      }
      if (seenAt - tenant.seenAt > MEMORY_MS) {
        this.tenants.delete(address);
      }
    }
    for (const [host, visitors] of this.visitors) {
      visitors.forEach((joinedAt, visitor) => {
        if (seenAt - joinedAt > MEMORY_MS) {
          visitors.delete(visitor);
        }
      });
      if (visitors.size === 0) {
        this.visitors.delete(host);
      }
    }
    const ids = new Set([...this.tenants.values()].map(({ id }) => id));
    for (const [id, namespace] of this.namespaces) {
      if (ids.has(id)) {
        namespace.briefEdges.clear();
        this.noteOccupants(id, namespace);
      } else {
        this.namespaces.delete(id);
      }
    }
  }

  /** A container joins the namespace of `host`, and may have left it before anybody can look: it is nobody's alone. */
  noteJoining(host: NetworkHost, visitor: ContainerId): void {
    const visitors = this.visitors.get(host) ?? new Map<ContainerId, number>();
    this.visitors.set(host, visitors.set(visitor, this.now()));
    // What waits to be given may stand on them.
    this.namespaces.forEach((namespace, id) => this.noteOccupants(id, namespace));
  }

  /** The runtime says when a container has ended. */
  noteEnd({ id, addresses }: Addressed, endedAt: number): void {
    for (const { ip } of addresses) {
      const tenant = this.tenants.get(ip);
      if (tenant?.id === id) {
        tenant.endedAt = endedAt;
      }
    }
  }

  /**
   * Stands for that of the container that has the address, or had it when something was heard from there; its inode is
   * none that the kernel gives.
   */
  namespaceOf(address: IpAddress, heardAt?: number): TrackedNamespace | undefined {
    const tenant = this.tenants.get(address);
    if (
      tenant === undefined ||
      this.now() < tenant.contestedUntil ||
      (heardAt !== undefined && !hadAddress(tenant, heardAt))
    ) {
      return undefined;
    }
    const { id } = tenant;
    let namespace = this.namespaces.get(id);
    if (namespace === undefined) {
      namespace = new TrackedNamespace(-Number.parseInt(id, 16), false);
      this.noteOccupants(id, namespace);
      this.namespaces.set(id, namespace);
    }
    if (!namespace.addresses.has(address)) {
      namespace.addresses = new Set([...namespace.addresses, address]);
    }
    return namespace;
  }

  private noteOccupants(id: ContainerId, namespace: TrackedNamespace): void {
    const visitorsOf = (host: NetworkHost) => this.visitors.get(host)?.keys() ?? [];
    namespace.occupants = new Set([id, ...visitorsOf(id), ...visitorsOf(ANY_CONTAINER)]);
  }

  private see(address: IpAddress, id: ContainerId, startedSeconds: number, seenAt: number): void {
    const known = this.tenants.get(address);
    if (known?.id === id && known.startedSeconds === startedSeconds) {
      known.seenAt = seenAt;
      return;
    }
    const contestedUntil = known === undefined || known.id === id ? -Infinity : seenAt + MEMORY_MS;
    const startedAt = this.now() - (this.unixNow() - startedSeconds * 1_000);
    this.tenants.set(address, { id, startedSeconds, startedAt, seenAt, endedAt: Infinity, contestedUntil });
  }
}

/** Ends of connections wait for about so long until they are given to somebody. */
const MEMORY_MS = 30_000;
/** An event comes a little after it happened; an engine needs longer to end one container and to start another. */
const LATEST_NEWS_MS = 200;
/** An engine takes note of a start a little after it. */
const LATE_START_MS = 300;
const FRESH_MS = 50;

/** What was heard before it began, or after it had ended, is of another that nobody may have seen. */
function hadAddress({ startedAt, endedAt }: Tenant, heardAt: number): boolean {
  return heardAt >= startedAt - LATE_START_MS && heardAt <= endedAt + LATEST_NEWS_MS;
}
