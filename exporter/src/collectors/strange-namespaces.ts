import type { ContainerId } from '../contract/ids.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { Container } from '../runtimes/container.js';

/**
 * Stands in for the network namespaces of containers that lived so shortly that no pass found them. What is left of
 * them are destroy events; the runtime knew the address.
 */
export class StrangeNamespaces {
  private readonly containerOf = new Map<IpAddress, ContainerId>();
  private readonly namespaces = new Map<ContainerId, TrackedNamespace>();

  /** An address belongs to the last container that was seen with it. */
  learn(containers: Iterable<Container>): void {
    for (const { id, addresses, startedSeconds } of containers) {
      for (const { ip } of addresses) {
        if (ip !== '' && startedSeconds !== undefined) {
          this.containerOf.set(ip, id);
        }
      }
    }
    if (this.containerOf.size > MOST_ADDRESSES) {
      this.containerOf.clear();
    }
    this.namespaces.clear();
  }

  knows(address: IpAddress): boolean {
    return this.containerOf.has(address);
  }

  namespaceOf(address: IpAddress): TrackedNamespace | undefined {
    const container = this.containerOf.get(address);
    if (container === undefined) {
      return undefined;
    }
    let namespace = this.namespaces.get(container);
    if (namespace === undefined) {
      namespace = new TrackedNamespace(0, false);
      namespace.occupants = new Set([container]);
      namespace.addresses = new Set([address]);
      this.namespaces.set(container, namespace);
    }
    return namespace;
  }
}

const MOST_ADDRESSES = 10_000;
