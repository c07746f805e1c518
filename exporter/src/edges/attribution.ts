import { NO_CONTAINER } from '../contract/ids.js';
import { isLoopback, isPublic, type IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol } from '../kernel/socket-record.js';
import type { AddressBook } from './address-book.js';
import type { EdgeLabels, Role } from './edge.js';
import { localOf, peerOf } from './endpoint.js';
import { FarEnds, type Destination, type Origin } from './far-ends.js';
import { isNobody, type Listener, type SocketOwner } from './listening-set.js';
import type { HeldSocket, OtherEnds } from './other-ends.js';
import { Ownership } from './ownership.js';
import type { Acceptance, Presumption } from './presumed-edges.js';
import type { ConnectionEnd, ConnectionTuple, Surroundings } from './surroundings.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import type { TrackedSocket } from './tracked-socket.js';

/** Why a connection could not be given to a container or process. */
export type UnattributedReason =
  /**
   * Several containers share the namespace, and the socket was gone before a pass could see whose it was. It is given
   * to the pod's sandbox, else to none.
   */
  | 'short_lived'
  /** The namespace was gone before it was found. */
  | 'namespace_unknown'
  /**
   * The peer's address leads to several places on this host (networks overlap, or one has just taken it from another),
   * or to one that had no such connection.
   */
  | 'peer_ambiguous';

export interface AttributionOptions {
  readonly surroundings: Surroundings;
  /** Keep the addresses of public clients instead of folding them into `internet`. */
  readonly publicPeers: boolean;
  /** The first port that clients get by themselves (net.ipv4.ip_local_port_range). */
  readonly firstEphemeralPort: number;
}

/** What was found out about a connection's ends: in which role this one is, and where the other one is. */
export type Finding = { readonly listener: Listener | undefined } & (
  | { readonly role: 'client'; readonly destination: Destination }
  | { readonly role: 'server'; readonly origin: Origin }
);

/**
 * Whether the end of a connection that no pass saw can be attributed now, or had better wait: for its other end, for a
 * pass, or for one soon, before what it asks about is gone.
 */
export type Clarity = 'clear' | 'unpaired' | 'waits' | 'urgent';

/** Says what a socket is: which end of its connection, whose, and who is at the other end. */
export class Attribution {
  readonly unattributed = new Map<UnattributedReason, number>();
  readonly ownership: Ownership;
  private readonly farEnds: FarEnds;

  constructor(
    private readonly options: AttributionOptions,
    private readonly addressBook: AddressBook,
    readonly otherEnds: OtherEnds,
  ) {
    this.ownership = new Ownership(options.surroundings);
    this.farEnds = new FarEnds(options.surroundings, addressBook, otherEnds);
  }

  /** What can be known of a connection's both ends now; the role is decided unless it is given. */
  examine(namespace: TrackedNamespace, connection: ConnectionEnd, role?: Role): Finding {
    const { protocol, localAddress, localPort, established, heardAt } = connection;
    const listener = namespace.listening.find(protocol, localAddress, localPort, heardAt);
    // A server has no socket before the handshake is complete.
    const isAttempt = protocol === 'tcp' && !established;
    const known = role ?? (isAttempt ? 'client' : this.roleOf(namespace, connection));
    return known === 'server'
      ? { role: 'server', listener, origin: this.farEnds.originOf(namespace, connection) }
      : { role: 'client', listener, destination: this.farEnds.destinationOf(namespace, connection) };
  }

  /** Notes role and owner on the socket, and returns the labels of its edge. */
  attribute(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    finding = this.examine(namespace, socket),
  ): EdgeLabels {
    socket.role = finding.role;
    socket.actual = finding.role === 'client' ? finding.destination.translated : undefined;
    const { owner, isDoubtful } = this.ownership.find(namespace, socket, finding.listener);
    socket.owner = owner;
    if (isDoubtful) {
      this.countUnattributed('short_lived');
    }
    return finding.role === 'server'
      ? this.serverLabels(socket, finding.origin)
      : this.clientLabels(namespace, socket, finding.destination);
  }

  /** How clear the end of a connection is that no pass saw, and whose peer is known. */
  clarity(namespace: TrackedNamespace, connection: ConnectionEnd, finding: Finding): Clarity {
    if (finding.role === 'server') {
      const { listener, origin } = finding;
      const { protocol, localAddress, localPort, heardAt } = connection;
      if (namespace.listening.isClosed(protocol, localAddress, localPort, heardAt)) {
        return 'waits';
      }
      // Without a listener's owner, or a listener at all, a pass will say more.
      const isKnownServer =
        listener === undefined
          ? namespace.listening.hasPort(protocol, localPort)
          : listener.owner !== undefined;
      if (!isKnownServer) {
        return 'urgent';
      }
      const { candidates, reached } = origin;
      if (candidates.length > 1 || this.addressBook.isShared(reached.address)) {
        return 'waits';
      }
      const [candidate] = candidates;
      if (candidate === undefined) {
        if (this.addressBook.isElsewhere(reached.address)) {
          return 'clear';
        }
        // An address that is new on this host is known when the client's end is heard of, or by the next pass.
        return protocol === 'tcp' ? 'unpaired' : 'waits';
      }
      if (!this.isUnpaired(connection, finding)) {
        return 'clear';
      }
      // The only one that it may be in may have just lost its container.
      return this.farEnds.isCertain(namespace, candidate) ? 'unpaired' : 'urgent';
    }
    const { peer, reached } = finding.destination;
    // Of several that have the address, the right one may not have been heard of yet.
    if (this.addressBook.isShared(reached.address)) {
      return 'waits';
    }
    if (peer === 'ambiguous') {
      const [candidate] = this.addressBook.candidates(namespace, reached.address);
      const isThere = candidate !== undefined && this.farEnds.isCertain(namespace, candidate);
      return isThere ? 'unpaired' : 'waits';
    }
    if (peer === undefined) {
      const isElsewhere =
        this.addressBook.isElsewhere(reached.address) &&
        connection.peerPort < this.options.firstEphemeralPort;
      return isElsewhere ? 'clear' : 'urgent';
    }
    const { listening } = peer.namespace;
    if (listening.isClosed(connection.protocol, reached.address, reached.port, connection.heardAt)) {
      return 'waits';
    }
    // Its edge names the listener, which a pass must have found.
    if (peer.listener?.owner !== undefined) {
      return 'clear';
    }
    // Nobody listens where an attempt is refused.
    const refused = peer.namespace === namespace ? 'clear' : 'waits';
    return connection.established ? 'urgent' : refused;
  }

  /** Whether only the other end, which was not heard of yet, tells where that is. */
  isUnpaired(connection: ConnectionEnd, finding: Finding): boolean {
    if (finding.role === 'client') {
      return finding.destination.peer === 'ambiguous';
    }
    const { origin } = finding;
    return !origin.isCertain && this.clientEnd(origin, connection) === undefined;
  }

  /**
   * Whether the next pass may tell that what a pass saw is of a container that has just joined the namespace: nobody
   * knows whose it is, or its client's socket.
   */
  mayBeNewcomers(namespace: TrackedNamespace, socket: TrackedSocket, finding: Finding): boolean {
    const client = finding.role === 'server' ? this.clientEnd(finding.origin, socket) : { namespace, socket };
    return client !== undefined && this.ownership.isUnclaimed(client.namespace, client.socket);
  }

  /**
   * Whose the labels of its edge will be only for being alone where nobody knows who holds it or its other end; undefined
   * for nobody.
   */
  inhabitantsOf(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    finding: Finding,
  ): Pick<Presumption, 'owner' | 'peer'> | undefined {
    const { ownership } = this;
    const isOwn = isHeld(finding.role === 'server' ? finding.listener : undefined);
    const isKnown = isOwn || ownership.holderOf(socket) !== undefined;
    const owner = !isKnown && ownership.isPresumed(namespace) ? namespace : undefined;
    const place = finding.role === 'server' ? this.unheldClient(finding, socket) : unheldServer(finding);
    const peer = place !== undefined && ownership.isPresumed(place) ? place : undefined;
    return owner === undefined && peer === undefined ? undefined : { owner, peer };
  }

  /** What names the server of what was attributed, where that is only who listens there. */
  acceptanceOf(namespace: TrackedNamespace, socket: TrackedSocket, finding: Finding): Acceptance | undefined {
    const { protocol } = socket;
    if (finding.role === 'server') {
      const owner = finding.listener?.owner;
      const containerId = this.ownership.ofCgroup(socket.cgroupId)?.containerId;
      return socket.owner === owner && saysMore(owner, namespace)
        ? { namespace, protocol, ...localOf(socket), containerId }
        : undefined;
    }
    const { peer, reached } = finding.destination;
    return peer !== undefined &&
      peer !== 'ambiguous' &&
      saysMore(peer.listener?.owner, peer.namespace) &&
      !this.knowsOtherEnd(socket, finding)
      ? { namespace: peer.namespace, protocol, ...reached, containerId: undefined }
      : undefined;
  }

  /** After a pass: what it has found on no namespace of this host is elsewhere. */
  noteElsewhere(namespace: TrackedNamespace, finding: Finding): void {
    const { address } = finding.role === 'server' ? finding.origin.reached : finding.destination.reached;
    if (!this.isHere(namespace, address)) {
      this.addressBook.noteElsewhere(address);
    }
  }

  /** Whether the address is one of this host, or lately was a container's. */
  isHere(namespace: TrackedNamespace, address: IpAddress): boolean {
    return (
      this.addressBook.isLocal(namespace, address) ||
      this.options.surroundings.strangerAt(address) !== undefined
    );
  }

  /** Keeps the end of a connection that no pass saw, for its other end to find. */
  noteEnded(namespace: TrackedNamespace, connection: ConnectionTuple): void {
    const { protocol, peerPort } = connection;
    if (peerPort === 0) {
      return;
    }
    const isClient = this.roleOf(namespace, connection) === 'client';
    const { seenAs, reached } = isClient
      ? this.farEnds.routeOf(namespace, connection)
      : { seenAs: localOf(connection), reached: peerOf(connection) };
    this.otherEnds.ended.note(namespace, protocol, seenAs, reached);
  }

  /** Whether what has been found out about a peer there holds for the next of its kind. */
  isCertain(namespace: TrackedNamespace, place: TrackedNamespace | undefined): boolean {
    return place === undefined || this.farEnds.isCertain(namespace, place);
  }

  countUnattributed(reason: UnattributedReason, connections = 1): void {
    this.unattributed.set(reason, (this.unattributed.get(reason) ?? 0) + connections);
  }

  private roleOf(namespace: TrackedNamespace, { protocol, localPort, peerPort }: ConnectionTuple): Role {
    if (namespace.listening.hasPort(protocol, localPort)) {
      return 'server';
    }
    // Nothing is known to have listened here. A port that nobody is given by chance was chosen, to serve on.
    const { firstEphemeralPort } = this.options;
    return localPort < firstEphemeralPort && peerPort >= firstEphemeralPort && localPort !== 0
      ? 'server'
      : 'client';
  }

  private clientLabels(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    destination: Destination,
  ): EdgeLabels {
    const { protocol, peerAddress, peerPort } = socket;
    const { translated, proxied, seenAs, peer } = destination;
    socket.isMasqueraded = seenAs.port !== socket.localPort || seenAs.address !== socket.localAddress;
    socket.seenAs = socket.isMasqueraded ? seenAs : undefined;
    if (peer === 'ambiguous') {
      this.countUnattributed('peer_ambiguous');
    }
    const place = peer === 'ambiguous' ? undefined : peer;
    // Who listens may pass on what it accepts.
    const listening = this.serverOf(destination, socket) ?? place?.listener?.owner;
    // Nobody saw who holds a listener of no container and no name.
    const peerOwner = listening === undefined || isNobody(listening) ? undefined : listening;
    const actual = proxied ?? translated;
    const isOutside = place === undefined && !isLoopback(peerAddress);
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
      peer_container_id:
        peerOwner?.containerId ?? place?.namespace.presumedAcceptor(listening) ?? NO_CONTAINER,
      peer_process: peerOwner?.process ?? '',
      peer_name: isOutside ? this.options.surroundings.nameOf(namespace, peerAddress) : '',
    };
  }

  private serverLabels(socket: TrackedSocket, origin: Origin): EdgeLabels {
    const { peerAddress } = socket;
    const { translated, candidates, isCertain } = origin;
    socket.isMasqueraded = translated !== undefined;
    const client = this.clientOf(origin, socket);
    if (client === undefined && !isCertain) {
      this.countUnattributed('peer_ambiguous');
    }
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

  /** Whether what is said of the other end holds for no other connection: it is known by its own socket. */
  knowsOtherEnd(socket: TrackedSocket, finding: Finding): boolean {
    if (finding.role === 'client') {
      return this.serverOf(finding.destination, socket) !== undefined;
    }
    const end = this.clientEnd(finding.origin, socket);
    return end !== undefined && this.ownership.holderOf(end.socket) !== undefined;
  }

  /** The process that holds the server's own socket, where a pass has seen that. */
  private serverOf(
    { peer, reached, seenAs }: Destination,
    { protocol, heardAt }: ConnectionEnd,
  ): SocketOwner | undefined {
    const socket =
      peer === undefined || peer === 'ambiguous'
        ? undefined
        : this.otherEnds.server(peer.namespace, protocol, reached, seenAs, heardAt);
    const holder = socket && this.ownership.holderOf(socket);
    return holder?.pid === 0 ? undefined : holder;
  }

  /** Where the client is, unless it is known who holds its socket. */
  private unheldClient({ origin }: { origin: Origin }, socket: TrackedSocket): TrackedNamespace | undefined {
    const end = this.clientEnd(origin, socket);
    if (end === undefined) {
      return origin.candidates[0];
    }
    return this.ownership.holderOf(end.socket) === undefined ? end.namespace : undefined;
  }

  private clientOf(origin: Origin, socket: TrackedSocket): Omit<SocketOwner, 'pid'> | undefined {
    const end = this.clientEnd(origin, socket);
    const namespace = end?.namespace ?? (origin.isCertain ? origin.candidates[0] : undefined);
    return namespace && this.ownership.clientOf(namespace, end?.socket);
  }

  /** The client's own end; of several that fit, nobody can tell. */
  private clientEnd(
    { candidates, reached }: Origin,
    connection: ConnectionEnd,
  ): { namespace: TrackedNamespace; socket: HeldSocket } | undefined {
    const { protocol, heardAt } = connection;
    const server = localOf(connection);
    const found = candidates.flatMap((namespace) => {
      const socket = this.otherEnds.client(namespace, protocol, reached, server, heardAt);
      return socket === undefined ? [] : [{ namespace, socket }];
    });
    return found.length === 1 ? found[0] : undefined;
  }
}

const INTERNET = 'internet';

/** Whether a process is known that holds it: else it counts as that of whoever lives there. */
function isHeld(listener: Listener | undefined): boolean {
  return (listener?.owner?.pid ?? 0) !== 0;
}

/** Whether who listens there tells more than who lives there. */
function saysMore(owner: SocketOwner | undefined, { presumedOwner }: TrackedNamespace): boolean {
  return owner !== undefined && (owner.pid !== 0 || owner.containerId !== presumedOwner);
}

/** Where a client's server is, unless it is known who listens there. */
function unheldServer({ destination }: { destination: Destination }): TrackedNamespace | undefined {
  const { peer } = destination;
  return peer === undefined || peer === 'ambiguous' || isHeld(peer.listener) ? undefined : peer.namespace;
}
