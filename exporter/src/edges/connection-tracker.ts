import { NO_CONTAINER } from '../contract/ids.js';
import { isLoopback, isPublic, type IpAddress } from '../kernel/ip-address.js';
import {
  TCP_SYN_SENT,
  type SocketCounters,
  type SocketProtocol,
  type SocketRecord,
} from '../kernel/socket-record.js';
import { AddressBook } from './address-book.js';
import { accountCounters, addTally, type Edge, type EdgeLabels, type Role } from './edge.js';
import { OTHER, type EdgeLedger } from './edge-ledger.js';
import type { Endpoint } from './endpoint.js';
import type { Listener, SocketOwner } from './listening-set.js';
import { PairedEndings, settleAlone, type Ending } from './paired-endings.js';
import { trackedSocket, type TrackedNamespace, type TrackedSocket } from './tracked-namespace.js';

/** Why a connection could not be given to a container or process. */
export type UnattributedReason =
  /** Several containers share the namespace, and the socket was gone before a pass could see whose it was. */
  | 'short_lived'
  /** The namespace was gone before it was found. */
  | 'namespace_unknown'
  /** Networks overlap: the peer's address leads to several places on this host. */
  | 'peer_ambiguous';

/** What the tracker asks the outside; every answer may be undefined. */
export interface Surroundings {
  /** Who holds the socket now. */
  ownerOfInode(inode: number): SocketOwner | undefined;
  /** The owner, without a process, that a cgroup stands for. */
  ownerOfCgroup(cgroupId: number): SocketOwner | undefined;
  /** Where network address translation has sent a client's connection. */
  actualDestination(namespace: TrackedNamespace, connection: ConnectionTuple): Endpoint | undefined;
  /** Where a connection that was accepted really came from, when its source was translated. */
  actualSource(namespace: TrackedNamespace, connection: ConnectionTuple): Endpoint | undefined;
  /** Where a userland proxy passes on what it accepts; undefined for any other process. */
  proxyTarget(owner: SocketOwner): Endpoint | undefined;
  /** The name under which a public address was seen. */
  nameOf(address: IpAddress): string;
}

export interface ConnectionTuple {
  readonly protocol: SocketProtocol;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly peerAddress: IpAddress;
  readonly peerPort: number;
}

export interface TrackerOptions {
  readonly ledger: EdgeLedger;
  readonly surroundings: Surroundings;
  /** Keep the addresses of public clients instead of folding them into `internet`. */
  readonly publicPeers: boolean;
  /** The first port that clients get by themselves (net.ipv4.ip_local_port_range). */
  readonly firstEphemeralPort: number;
}

/**
 * Turns what passes find open and what the kernel says was destroyed into edges. Pure bookkeeping: it opens nothing
 * and knows no clock. A pass is: `beginPass`, then for each namespace its listeners (`listening.replace`), `observe`
 * for each connection and `endNamespace`, then `endPass`. `destroyed` may come at any time.
 */
export class ConnectionTracker {
  readonly namespaces = new Map<number, TrackedNamespace>();
  readonly unattributed = new Map<UnattributedReason, number>();
  private readonly addressBook = new AddressBook();
  private readonly endings = new PairedEndings();
  /** Found by this pass, waiting for its end: only then is known who owns them and who listens where. */
  private unsettled: { namespace: TrackedNamespace; socket: TrackedSocket }[] = [];
  private pass = 0;

  constructor(private readonly options: TrackerOptions) {}

  beginPass(): void {
    this.pass++;
  }

  /** Inodes whose holders this pass would like to know: listeners and connections without an owner. */
  unownedInodes(): Map<TrackedNamespace, Set<number>> {
    const wanted = new Map<TrackedNamespace, Set<number>>();
    const want = (namespace: TrackedNamespace, inode: number): void => {
      if (inode !== 0) {
        const inodes = wanted.get(namespace) ?? new Set();
        wanted.set(namespace, inodes.add(inode));
      }
    };
    for (const namespace of this.namespaces.values()) {
      for (const { inode, owner } of namespace.listening.all()) {
        if (owner?.pid === undefined || owner.pid === 0) {
          want(namespace, inode);
        }
      }
    }
    for (const { namespace, socket } of this.unsettled) {
      want(namespace, socket.inode);
    }
    return wanted;
  }

  /** A connection as a dump shows it. */
  observe(namespace: TrackedNamespace, record: SocketRecord, now: number): void {
    const { cookie } = record;
    let socket = namespace.sockets.get(cookie);
    if (socket === undefined) {
      if (record.peerPort === 0 || namespace.departed.has(cookie)) {
        return;
      }
      socket = trackedSocket(record, namespace.inheriting, now);
      namespace.sockets.set(cookie, socket);
      this.unsettled.push({ namespace, socket });
    }
    if (socket.pass !== this.pass) {
      socket.pass = this.pass;
      namespace.found++;
    }
    this.update(socket, record, now);
  }

  /**
   * Closes what the pass no longer found. With destroy events, a first miss only waits: the event tells more, and a
   * dump of a changing table may leave a row out.
   */
  endNamespace(namespace: TrackedNamespace, eventsAreComplete: boolean, now: number): void {
    const { found } = namespace;
    namespace.found = 0;
    namespace.inheriting = false;
    if (found === namespace.sockets.size) {
      return;
    }
    for (const [cookie, socket] of namespace.sockets) {
      if (socket.pass === this.pass) {
        continue;
      }
      if (socket.missed === 0 && socket.established) {
        socket.tally.open--;
      }
      socket.missed++;
      if (!eventsAreComplete || socket.missed > 1) {
        this.end(socket, now);
        namespace.depart(cookie, socket);
      }
    }
  }

  /**
   * An event that waited for a pass: whatever is not known by now will not be.
   */
  destroyedAfterPass(namespace: TrackedNamespace, record: SocketRecord, now: number): void {
    if (this.addressBook.candidates(namespace, record.peerAddress).length === 0) {
      this.addressBook.noteElsewhere(record.peerAddress);
    }
    this.destroyed(namespace, record, now);
  }

  /** Gives everything new to its edge, owners and listeners now being known. */
  endPass(now: number): void {
    for (const { namespace, socket } of this.unsettled) {
      if (!socket.settled) {
        this.settle(namespace, socket, now);
      }
    }
    this.unsettled = [];
    for (const namespace of this.namespaces.values()) {
      namespace.briefEdges.clear();
    }
    this.endings.expire(now);
    const living = new Set([...this.namespaces.values()].flatMap(({ occupants }) => [...occupants]));
    this.options.ledger.expire(now, living);
  }

  /** A namespace whose last process is gone: what was open in it is closed. */
  removeNamespace(namespace: TrackedNamespace, now: number): void {
    for (const socket of namespace.sockets.values()) {
      if (socket.missed === 0 && socket.established) {
        socket.tally.open--;
      }
      this.end(socket, now);
    }
    this.namespaces.delete(namespace.inode);
    this.rebuildAddresses();
  }

  rebuildAddresses(): void {
    this.addressBook.rebuild(this.namespaces.values());
  }

  /** Whether an event can be given to its edge now, or had better wait for the end of a pass. */
  isClear(namespace: TrackedNamespace, record: SocketRecord): boolean {
    if (
      record.peerPort === 0 ||
      namespace.sockets.has(record.cookie) ||
      namespace.departed.has(record.cookie)
    ) {
      return true;
    }
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
    const peer = this.addressBook.find(namespace, record.protocol, record.peerAddress, record.peerPort);
    if (peer === 'ambiguous') {
      return true;
    }
    if (peer === undefined) {
      return this.addressBook.isElsewhere(record.peerAddress) && record.peerPort < firstEphemeralPort;
    }
    // A client of this host: its edge names the listener, which a pass must have found; a refused one has none.
    return peer.listener?.owner !== undefined || record.counters?.established === false;
  }

  /** The kernel's last word on a socket. */
  destroyed(namespace: TrackedNamespace, record: SocketRecord, now: number): void {
    const { cookie, counters } = record;
    const socket = namespace.sockets.get(cookie) ?? namespace.departed.get(cookie);
    if (socket !== undefined) {
      this.destroyTracked(namespace, cookie, socket, record, now);
      return;
    }
    if (record.peerPort === 0 && counters?.attempted !== true) {
      // A listener, or a socket that never connected. The connections it accepted are reported after it, or before.
      if (record.localPort !== 0 && record.protocol === 'tcp') {
        namespace.listening.remember('tcp', record.localPort, now);
      }
      return;
    }
    const brief = trackedSocket(record, false, now);
    brief.established = counters?.established ?? record.protocol === 'udp';
    this.settleBrief(namespace, brief, now);
    if (brief.established) {
      brief.tally.opened++;
    }
    if (counters !== undefined) {
      this.accountLast(namespace, brief, counters, now);
    }
    this.end(brief, now);
  }

  /** The container that made a socket, as far as its cgroup tells. */
  ownerOfCgroup(cgroupId: number): SocketOwner | undefined {
    return cgroupId === 0 ? undefined : this.options.surroundings.ownerOfCgroup(cgroupId);
  }

  countUnattributed(reason: UnattributedReason, count = 1): void {
    this.unattributed.set(reason, (this.unattributed.get(reason) ?? 0) + count);
  }

  private destroyTracked(
    namespace: TrackedNamespace,
    cookie: number,
    socket: TrackedSocket,
    record: SocketRecord,
    now: number,
  ): void {
    const wasDeparted = namespace.departed.delete(cookie);
    namespace.sockets.delete(cookie);
    if (!socket.settled) {
      this.settle(namespace, socket, now);
    }
    const { tally } = socket;
    if (record.counters !== undefined) {
      this.accountLast(namespace, socket, record.counters, now);
    }
    if (wasDeparted) {
      return;
    }
    if (!socket.established && record.counters?.established === true) {
      this.establish(socket);
    }
    if (socket.missed === 0 && socket.established) {
      tally.open--;
    }
    this.end(socket, now);
  }

  /** Takes a socket's final numbers. */
  private accountLast(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    counters: SocketCounters,
    now: number,
  ): void {
    accountCounters(socket.tally, socket, counters);
    const { sentBytes, receivedOctets, acknowledgedOctets } = counters;
    const actual = socket.actual ?? { address: socket.peerAddress, port: socket.peerPort };
    const isLocal = this.addressBook.candidates(namespace, actual.address).length > 0;
    const ending: Ending = {
      local: `${socket.localAddress} ${socket.localPort}`,
      peer: `${actual.address} ${actual.port}`,
      sentBytes,
      receivedOctets: Math.max(receivedOctets, socket.receivedBytes),
      creditedBytes: socket.receivedBytes,
      // Its own FIN, which only an orderly ending gets acknowledged, comes after the payload and a client's SYN.
      orderly: acknowledgedOctets - sentBytes > (socket.role === 'client' ? 1 : 0),
      tally: socket.tally,
      endedAt: now,
    };
    if (isLocal) {
      this.endings.add(ending);
    } else {
      settleAlone(ending);
    }
  }

  /** Takes the numbers of a dump's row. */
  private update(socket: TrackedSocket, record: SocketRecord, now: number): void {
    if (socket.missed > 0) {
      socket.missed = 0;
      if (socket.established) {
        socket.tally.open++;
      }
    }
    if (!socket.established && record.state !== TCP_SYN_SENT) {
      this.establish(socket);
      socket.tally.lastActive = now;
    }
    const { counters } = record;
    if (counters !== undefined && accountCounters(socket.tally, socket, counters)) {
      socket.tally.lastActive = now;
    }
  }

  private establish(socket: TrackedSocket): void {
    socket.established = true;
    socket.tally.open++;
    if (!socket.inherited) {
      socket.tally.opened++;
    }
  }

  private end({ tally, established }: TrackedSocket, now: number): void {
    if (established) {
      tally.closed++;
    } else {
      tally.failed++;
    }
    tally.lastActive = now;
  }

  private settle(namespace: TrackedNamespace, socket: TrackedSocket, now: number): Edge {
    const listener = namespace.listening.find(socket.protocol, socket.localAddress, socket.localPort);
    socket.role = this.roleOf(namespace, socket, listener);
    socket.owner = this.ownerOf(namespace, socket, listener);
    const labels =
      socket.role === 'server' ? this.serverLabels(namespace, socket) : this.clientLabels(namespace, socket);
    const edge = this.options.ledger.edge(labels, now);
    addTally(edge, socket.tally);
    socket.tally = edge;
    socket.settled = true;
    return edge;
  }

  /**
   * Settles a connection that no pass has seen. There may be thousands a second of one kind, and until the next pass
   * nothing that decides about them changes.
   */
  private settleBrief(namespace: TrackedNamespace, socket: TrackedSocket, now: number): void {
    const { protocol, localAddress, localPort, peerAddress, peerPort } = socket;
    const isServer = namespace.listening.hasPort(protocol, localPort);
    const key = isServer
      ? `< ${protocol} ${localAddress} ${localPort} ${peerAddress}`
      : `> ${protocol} ${peerAddress} ${peerPort}`;
    const known = namespace.briefEdges.get(key);
    if (known !== undefined) {
      socket.role = known.labels.role === 'server' ? 'server' : 'client';
      socket.tally = known;
      socket.settled = true;
      return;
    }
    const edge = this.settle(namespace, socket, now);
    const isAlways =
      namespace.soleOccupant !== undefined && socket.actual === undefined && !socket.isMasqueraded;
    // The ledger counts what it folds.
    if (isAlways && edge.labels.peer_ip !== OTHER && (isServer || socket.role === 'client')) {
      namespace.briefEdges.set(key, edge);
    }
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
    const { surroundings } = this.options;
    const holder = socket.inode === 0 ? undefined : surroundings.ownerOfInode(socket.inode);
    if (holder !== undefined) {
      return holder;
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
    let peer = this.findPeer(namespace, protocol, actual ?? { address: peerAddress, port: peerPort });
    const proxied =
      peer?.listener?.owner === undefined ? undefined : surroundings.proxyTarget(peer.listener.owner);
    socket.actual = actual;
    if (peer !== undefined && proxied !== undefined) {
      actual = proxied;
      peer = this.findPeer(peer.namespace, protocol, proxied);
    }
    const peerOwner = peer?.listener?.owner;
    return {
      container_id: socket.owner?.containerId ?? NO_CONTAINER,
      process: socket.owner?.process ?? '',
      role: 'client',
      protocol,
      local_ip: '',
      port: peerPort === 0 ? '' : String(peerPort),
      peer_ip: peerAddress,
      actual_peer_ip: actual?.address ?? '',
      actual_port: actual === undefined ? '' : String(actual.port),
      peer_container_id: peerOwner?.containerId ?? peer?.namespace.soleOccupant ?? NO_CONTAINER,
      peer_process: peerOwner?.process ?? '',
      peer_name: isPublic(peerAddress) ? surroundings.nameOf(peerAddress) : '',
    };
  }

  private serverLabels(namespace: TrackedNamespace, socket: TrackedSocket): EdgeLabels {
    const { peerAddress } = socket;
    // What comes from another namespace of this host may have been masqueraded on the way.
    const isLocal = this.addressBook.candidates(namespace, peerAddress).some((other) => other !== namespace);
    const source = isLocal ? this.options.surroundings.actualSource(namespace, socket) : undefined;
    socket.isMasqueraded = source !== undefined;
    const candidates = this.addressBook.candidates(namespace, source?.address ?? peerAddress);
    const client = candidates.length === 1 ? candidates[0]?.soleOccupant : undefined;
    const folded = isPublic(peerAddress) && candidates.length === 0 && !this.options.publicPeers;
    return {
      container_id: socket.owner?.containerId ?? NO_CONTAINER,
      process: socket.owner?.process ?? '',
      role: 'server',
      protocol: socket.protocol,
      local_ip: socket.localAddress,
      port: String(socket.localPort),
      peer_ip: folded ? INTERNET : peerAddress,
      actual_peer_ip: '',
      actual_port: '',
      peer_container_id: client ?? NO_CONTAINER,
      peer_process: '',
      peer_name: '',
    };
  }

  private findPeer(namespace: TrackedNamespace, protocol: SocketProtocol, { address, port }: Endpoint) {
    const peer = this.addressBook.find(namespace, protocol, address, port);
    if (peer === 'ambiguous') {
      this.countUnattributed('peer_ambiguous');
      return undefined;
    }
    return peer;
  }
}

const INTERNET = 'internet';
