import type { ContainerId } from '../contract/ids.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { Container } from '../runtimes/container.js';

/** What is asked of a container. */
export type Addressed = Pick<Container, 'id' | 'addresses' | 'startedSeconds'>;

/** A container that has an address, or lately had. Milliseconds. */
interface Tenant {
  readonly id: ContainerId;
  readonly startedSeconds: number;
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
  private learntAt = -Infinity;

  constructor(private readonly now: () => number) {}

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
    this.namespaces.clear();
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
  namespaceOf(address: IpAddress, heardAt = -Infinity): TrackedNamespace | undefined {
    const tenant = this.tenants.get(address);
    if (
      tenant === undefined ||
      this.now() < tenant.contestedUntil ||
      heardAt > tenant.endedAt + LATEST_NEWS_MS
    ) {
      return undefined;
    }
    const { id } = tenant;
    let namespace = this.namespaces.get(id);
    if (namespace === undefined) {
      namespace = new TrackedNamespace(-Number.parseInt(id, 16), false);
      namespace.occupants = new Set([id]);
      namespace.addresses = new Set([address]);
      this.namespaces.set(id, namespace);
    }
    return namespace;
  }

  private see(address: IpAddress, id: ContainerId, startedSeconds: number, seenAt: number): void {
    const known = this.tenants.get(address);
    if (known?.id === id && known.startedSeconds === startedSeconds) {
      known.seenAt = seenAt;
      return;
    }
    const contestedUntil = known === undefined || known.id === id ? -Infinity : seenAt + MEMORY_MS;
    this.tenants.set(address, { id, startedSeconds, seenAt, endedAt: Infinity, contestedUntil });
  }
}

/** Ends of connections wait for about so long until they are given to somebody. */
const MEMORY_MS = 30_000;
/** An event comes a little after it happened; an engine needs longer to end one container and to start another. */
const LATEST_NEWS_MS = 200;
const FRESH_MS = 50;
