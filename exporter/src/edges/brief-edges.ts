import type { IpAddress } from '../kernel/ip-address.js';
import type { Role } from './edge.js';
import { keyOfPort } from './endpoint.js';
import type { CountedEdge } from './presumed-edges.js';
import type { ConnectionTuple } from './surroundings.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** An edge, and where on this host its other end is. */
export interface BriefEdge extends CountedEdge {
  readonly peer: TrackedNamespace | undefined;
}

/**
 * Edges of connections that no pass saw, by what they have in common: of a client's, where they lead; of a server's,
 * where they were accepted and came from. Thousands are looked up a second: the text of an address is made once, and no
 * keys are built of it.
 */
export class BriefEdges {
  private readonly ofClient = new EdgesOfPeers();
  private readonly ofServers = new Map<IpAddress, EdgesOfPeers>();

  get(role: Role, connection: ConnectionTuple): BriefEdge | undefined {
    return role === 'client'
      ? this.ofClient.get(connection.peerAddress, keyOfPort(connection.protocol, connection.peerPort))
      : this.ofServers
          .get(connection.localAddress)
          ?.get(connection.peerAddress, keyOfPort(connection.protocol, connection.localPort));
  }

  set(role: Role, connection: ConnectionTuple, edge: BriefEdge): void {
    const { protocol, localAddress, localPort, peerAddress, peerPort } = connection;
    if (role === 'client') {
      this.ofClient.set(peerAddress, keyOfPort(protocol, peerPort), edge);
      return;
    }
    const edges = this.ofServers.get(localAddress) ?? new EdgesOfPeers();
    this.ofServers.set(localAddress, edges);
    edges.set(peerAddress, keyOfPort(protocol, localPort), edge);
  }

  clear(): void {
    this.ofClient.clear();
    this.ofServers.clear();
  }
}

class EdgesOfPeers {
  private readonly byPeer = new Map<IpAddress, Map<number, BriefEdge>>();

  get(peer: IpAddress, port: number): BriefEdge | undefined {
    return this.byPeer.get(peer)?.get(port);
  }

  set(peer: IpAddress, port: number, edge: BriefEdge): void {
    const edges = this.byPeer.get(peer);
    if (edges === undefined) {
      this.byPeer.set(peer, new Map([[port, edge]]));
    } else {
      edges.set(port, edge);
    }
  }

  clear(): void {
    this.byPeer.clear();
  }
}
