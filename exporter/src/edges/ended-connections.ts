import type { SocketProtocol } from '../kernel/socket-record.js';
import type { Endpoint } from './endpoint.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/**
 * Ends of connections that no pass saw open, kept until the pass after the next. Where networks overlap, only the
 * end of the other end tells where such a connection led.
 */
export class EndedConnections {
  private latest = new Set<string>();
  private earlier = new Set<string>();

  note(namespace: TrackedNamespace, protocol: SocketProtocol, local: Endpoint, peer: Endpoint): void {
    if (this.latest.size < MOST_ENDS) {
      this.latest.add(keyOf(namespace, protocol, local, peer));
    }
  }

  has(namespace: TrackedNamespace, protocol: SocketProtocol, local: Endpoint, peer: Endpoint): boolean {
    const key = keyOf(namespace, protocol, local, peer);
    return this.latest.has(key) || this.earlier.has(key);
  }

  /** At the end of a pass. */
  age(): void {
    this.earlier = this.latest;
    this.latest = new Set();
  }
}

const MOST_ENDS = 50_000;

function keyOf(
  { inode }: TrackedNamespace,
  protocol: SocketProtocol,
  local: Endpoint,
  peer: Endpoint,
): string {
  return `${inode} ${protocol} ${local.address} ${local.port} ${peer.address} ${peer.port}`;
}
