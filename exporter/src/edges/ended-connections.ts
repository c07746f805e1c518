import type { SocketProtocol } from '../kernel/socket-record.js';
import { keyOfEnd, type Endpoint } from './endpoint.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/**
 * Ends of connections that no pass saw open, kept until the pass after the next. Where an address does not tell where a
 * connection led, the end of its other end does.
 */
export class EndedConnections {
  private latest = new Map<string, Set<TrackedNamespace>>();
  private earlier: ReadonlyMap<string, ReadonlySet<TrackedNamespace>> = new Map();

  note(namespace: TrackedNamespace, protocol: SocketProtocol, local: Endpoint, peer: Endpoint): void {
    this.add(keyOf(protocol, local, peer), namespace);
  }

  /** Where a connection between those ends has ended. */
  placesOf(protocol: SocketProtocol, local: Endpoint, peer: Endpoint): Set<TrackedNamespace> {
    return this.find(keyOf(protocol, local, peer));
  }

  /** At the end of a pass. */
  age(): void {
    this.earlier = this.latest;
    this.latest = new Map();
  }

  private add(key: string, namespace: TrackedNamespace): void {
    const known = this.latest.get(key);
    if (known !== undefined) {
      known.add(namespace);
    } else if (this.latest.size < MOST_ENDS) {
      this.latest.set(key, new Set([namespace]));
    }
  }

  private find(key: string): Set<TrackedNamespace> {
    return new Set([...(this.latest.get(key) ?? []), ...(this.earlier.get(key) ?? [])]);
  }
}

const MOST_ENDS = 50_000;

function keyOf(protocol: SocketProtocol, local: Endpoint, peer: Endpoint): string {
  return `${protocol} ${keyOfEnd(local, peer)}`;
}
