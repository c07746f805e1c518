import { NO_CONTAINER } from '../contract/ids.js';
import { isLoopback, isPublic } from '../kernel/ip-address.js';
import type { SocketProtocol, SocketRecord } from '../kernel/socket-record.js';
import type { AddressBook, LocalPeer } from './address-book.js';
import type { EdgeLabels, Role } from './edge.js';
import type { Endpoint } from './endpoint.js';
import type { Listener, SocketOwner } from './listening-set.js';
import { OtherEnds, type HeldSocket } from './other-ends.js';
import type { ConnectionTuple, Surroundings } from './surroundings.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import type { TrackedSocket } from './tracked-socket.js';

/** Why a connection could not be given to a container or process. */
export type UnattributedReason =
  /** Several containers share the namespace, and the socket was gone before a pass could see whose it was. */
  | 'short_lived'
  /** The namespace was gone before it was found. */
  | 'namespace_unknown'
  /** Networks overlap: the peer's address leads to several places on this host. */
  | 'peer_ambiguous';

export interface AttributionOptions {
  readonly surroundings: Surroundings;
  /** Keep the addresses of public clients instead of folding them into `internet`. */
  readonly publicPeers: boolean;
  /** The first port that clients get by themselves (net.ipv4.ip_local_port_range). */
  readonly firstEphemeralPort: number;
}

/** Says what a socket is: which end of its connection, whose, and who is at the other end. */
export class Attribution {
  readonly unattributed = new Map<UnattributedReason, number>();
  readonly otherEnds = new OtherEnds();

  constructor(
    private readonly options: AttributionOptions,
    private readonly addressBook: AddressBook,
  ) {}

  /** Decides role (unless it is known) and owner, notes them on the socket, and returns the labels of its edge. */
  attribute(namespace: TrackedNamespace, socket: TrackedSocket, role?: Role): EdgeLabels {
    const listener = namespace.listening.find(socket.protocol, socket.localAddress, socket.localPort);
    socket.role = role ?? this.roleOf(namespace, socket, listener);
    socket.owner = this.ownerOf(namespace, socket, listener);
    return socket.role === 'server'
      ? this.serverLabels(namespace, socket)
      : this.clientLabels(namespace, socket);
  }

  /** Whether the end of a connection that no pass saw, and whose peer is known, can be attributed now, or had better wait for a pass. */
  isClear(namespace: TrackedNamespace, record: SocketRecord): boolean {
    const listener = namespace.listening.find(record.protocol, record.localAddress, record.localPort);
    if (listener !== undefined) {
      return listener.owner !== undefined;
    }
    if (namespace.listening.hasPort(record.protocol, record.localPort)) {
      return true;
    }
    const { firstEphemeralPort } = this.options;
    if (record.localPort < firstEphemeralPort && record.peerPort >= firstEphemeralPort) {
      // A server that no pass has seen.
      return false;
    }
    const destination = this.destinationOf(namespace, record);
    const peer = this.addressBook.find(namespace, record.protocol, destination.address, destination.port);
    if (peer === 'ambiguous') {
      return true;
    }
    if (peer === undefined) {
      return this.addressBook.isElsewhere(destination.address) && record.peerPort < firstEphemeralPort;
    }
    // A client of this host: its edge names the listener, which a pass must have found; a refused one has none.
    return peer.listener?.owner !== undefined || record.counters?.established === false;
  }

  /** Where a client's connection ends: what it dialled, or what address translation or a userland proxy made of that. */
  destinationOf(namespace: TrackedNamespace, connection: ConnectionTuple): Endpoint {
    const { surroundings } = this.options;
    const { protocol, peerAddress, peerPort } = connection;
    // What stays on the loopback (a resolver that a runtime puts into the namespace) is not translated.
    const translated = isLoopback(peerAddress)
      ? undefined
      : surroundings.actualDestination(namespace, connection);
    const reached = translated ?? { address: peerAddress, port: peerPort };
    const peer = this.addressBook.find(namespace, protocol, reached.address, reached.port);
    const owner = peer === 'ambiguous' ? undefined : peer?.listener?.owner;
    return (owner === undefined ? undefined : surroundings.proxyTarget(owner)) ?? reached;
  }

  /** Keeps who holds a socket that may be closed by the time it is attributed. */
  noteHolder(socket: TrackedSocket): void {
    socket.owner ??= socket.inode === 0 ? undefined : this.options.surroundings.ownerOfInode(socket.inode);
  }

  /** The container that made a socket, as far as its cgroup tells. */
  ownerOfCgroup(cgroupId: number): SocketOwner | undefined {
    return cgroupId === 0 ? undefined : this.options.surroundings.ownerOfCgroup(cgroupId);
  }

  countUnattributed(reason: UnattributedReason): void {
    this.unattributed.set(reason, (this.unattributed.get(reason) ?? 0) + 1);
  }

  private roleOf(namespace: TrackedNamespace, socket: TrackedSocket, listener: Listener | undefined): Role {
    if (listener !== undefined || namespace.listening.hasPort(socket.protocol, socket.localPort)) {
      return 'server';
    }
    // Nothing is known to have listened here. A port that nobody is given by chance was chosen, to serve on.
    const { firstEphemeralPort } = this.options;
    return socket.localPort < firstEphemeralPort &&
      socket.peerPort >= firstEphemeralPort &&
      socket.localPort !== 0
      ? 'server'
      : 'client';
  }

  /** The order of attribution: who holds it, which cgroup made it, who listens there, who lives there. */
  private ownerOf(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    listener: Listener | undefined,
  ): SocketOwner {
    this.noteHolder(socket);
    if (socket.owner !== undefined) {
      return socket.owner;
    }
    const byCgroup = this.ownerOfCgroup(socket.cgroupId);
    if (byCgroup !== undefined) {
      return byCgroup;
    }
    if (socket.role === 'server' && listener?.owner !== undefined) {
      return listener.owner;
    }
    const sole = namespace.soleOccupant;
    if (sole === undefined) {
      this.countUnattributed('short_lived');
    }
    return { containerId: sole ?? NO_CONTAINER, process: '', pid: 0 };
  }

  private clientLabels(namespace: TrackedNamespace, socket: TrackedSocket): EdgeLabels {
    const { surroundings } = this.options;
    const { protocol, peerAddress, peerPort } = socket;
    // What stays on the loopback (a resolver that a runtime puts into the namespace) is nobody else.
    let actual = isLoopback(peerAddress) ? undefined : surroundings.actualDestination(namespace, socket);
    const from = { address: socket.localAddress, port: socket.localPort };
    let peer = this.findPeer(namespace, protocol, actual ?? { address: peerAddress, port: peerPort }, from);
    const proxied =
      peer?.listener?.owner === undefined ? undefined : surroundings.proxyTarget(peer.listener.owner);
    socket.actual = actual;
    if (peer !== undefined && proxied !== undefined) {
      actual = proxied;
      peer = this.findPeer(peer.namespace, protocol, proxied, from);
    }
    const peerOwner = peer?.listener?.owner;
    return {
      container_id: socket.owner?.containerId ?? NO_CONTAINER,
      process: socket.owner?.process ?? '',
      role: 'client',
      protocol,
      local_ip: '',
      port: this.portLabel(protocol, peerPort),
      peer_ip: peerAddress,
      actual_peer_ip: actual?.address ?? '',
      actual_port: actual === undefined ? '' : this.portLabel(protocol, actual.port),
      peer_container_id: peerOwner?.containerId ?? peer?.namespace.soleOccupant ?? NO_CONTAINER,
      peer_process: peerOwner?.process ?? '',
      peer_name: peer === undefined && !isLoopback(peerAddress) ? surroundings.nameOf(peerAddress) : '',
    };
  }

  private serverLabels(namespace: TrackedNamespace, socket: TrackedSocket): EdgeLabels {
    const { peerAddress } = socket;
    // What comes from another namespace of this host may have been masqueraded on the way.
    const isLocal = this.addressBook.candidates(namespace, peerAddress).some((other) => other !== namespace);
    const source = isLocal ? this.options.surroundings.actualSource(namespace, socket) : undefined;
    socket.isMasqueraded = source !== undefined;
    const from = source ?? { address: peerAddress, port: socket.peerPort };
    const candidates = this.addressBook.candidates(namespace, from.address);
    const client = this.clientOf(candidates, from, socket);
    const folded = isPublic(peerAddress) && candidates.length === 0 && !this.options.publicPeers;
    return {
      container_id: socket.owner?.containerId ?? NO_CONTAINER,
      process: socket.owner?.process ?? '',
      role: 'server',
      protocol: socket.protocol,
      local_ip: socket.localAddress,
      port: this.portLabel(socket.protocol, socket.localPort),
      peer_ip: folded ? INTERNET : peerAddress,
      actual_peer_ip: '',
      actual_port: '',
      peer_container_id: client?.containerId ?? NO_CONTAINER,
      peer_process: client?.process ?? '',
      peer_name: '',
    };
  }

  /**
   * Empty for what is no known port. Who dials with TCP dials a listener; with UDP an ephemeral port may be anybody's,
   * and a server's own (WireGuard's, say) looks like any client's.
   */
  private portLabel(protocol: SocketProtocol, port: number): string {
    const isChosen = port > 0 && (protocol === 'tcp' || port < this.options.firstEphemeralPort);
    return isChosen ? String(port) : '';
  }

  /** Who has the client's socket; where it is not known, who lives alone in its namespace. */
  private clientOf(
    candidates: readonly TrackedNamespace[],
    from: Endpoint,
    { protocol, localAddress, localPort }: TrackedSocket,
  ): Omit<SocketOwner, 'pid'> | undefined {
    const server = { address: localAddress, port: localPort };
    const found = candidates.flatMap((namespace) => {
      const socket = this.otherEnds.client(namespace, protocol, from, server);
      return socket === undefined ? [] : [{ namespace, socket }];
    });
    const [end] = found;
    // Networks may overlap: of several with such a socket, nobody can tell.
    const known = found.length === 1 ? end : undefined;
    const namespace = known?.namespace ?? (candidates.length === 1 ? candidates[0] : undefined);
    const sole = namespace?.soleOccupant;
    return (
      (known && this.holderOf(known.socket)) ??
      (sole === undefined ? undefined : { containerId: sole, process: '' })
    );
  }

  private holderOf({ owner, inode, cgroupId }: HeldSocket): SocketOwner | undefined {
    const holder = inode === 0 ? undefined : this.options.surroundings.ownerOfInode(inode);
    return owner ?? holder ?? this.ownerOfCgroup(cgroupId);
  }

  private findPeer(
    namespace: TrackedNamespace,
    protocol: SocketProtocol,
    { address, port }: Endpoint,
    from: Endpoint,
  ): LocalPeer | undefined {
    const peer = this.addressBook.find(namespace, protocol, address, port);
    if (peer !== 'ambiguous') {
      return peer;
    }
    // Networks overlap: where an open connection from here was accepted, there it leads.
    const accepted = this.addressBook
      .candidates(namespace, address)
      .filter((candidate) => this.otherEnds.hasServer(candidate, protocol, { address, port }, from));
    const [only] = accepted;
    if (only !== undefined && accepted.length === 1) {
      return { namespace: only, listener: only.listening.find(protocol, address, port) };
    }
    this.countUnattributed('peer_ambiguous');
    return undefined;
  }
}

const INTERNET = 'internet';
