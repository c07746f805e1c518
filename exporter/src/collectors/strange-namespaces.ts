import type { ContainerId } from '../contract/ids.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { Container } from '../runtimes/container.js';

/** What is asked of a container. */
export type Addressed = Pick<Container, 'id' | 'addresses' | 'startedSeconds'>;

/** Milliseconds. */
interface Tenant {
  readonly id: ContainerId;
  readonly seenAt: number;
}

/**
 * Stands in for the network namespaces of containers that lived so shortly that no pass found them. What is left of
 * them are destroy events; the runtime knew the address.
 */
export class StrangeNamespaces {
  private readonly tenants = new Map<IpAddress, Tenant>();
  private readonly namespaces = new Map<ContainerId, TrackedNamespace>();

  constructor(private readonly now: () => number) {}

  /** An address belongs to the last container that was seen with it, for a while. */
  learn(containers: Iterable<Addressed>): void {
    const seenAt = this.now();
    for (const [address, tenant] of this.tenants) {
      if (seenAt - tenant.seenAt > MEMORY_MS) {
        this.tenants.delete(address);
      }
    }
    for (const { id, addresses, startedSeconds } of containers) {
      for (const { ip } of addresses) {
        if (ip !== '' && startedSeconds !== undefined) {
          this.tenants.set(ip, { id, seenAt });
        }
      }
    }
    this.namespaces.clear();
  }

  /** Stands for that of the container that has the address, or lately had; its inode is none that the kernel gives. */
  namespaceOf(address: IpAddress): TrackedNamespace | undefined {
    const container = this.tenants.get(address)?.id;
    if (container === undefined) {
      return undefined;
    }
    let namespace = this.namespaces.get(container);
    if (namespace === undefined) {
      namespace = new TrackedNamespace(-Number.parseInt(container, 16), false);
      namespace.occupants = new Set([container]);
      namespace.addresses = new Set([address]);
      this.namespaces.set(container, namespace);
    }
    return namespace;
  }
}

/** Another may have the address by then. */
const MEMORY_MS = 30_000;
