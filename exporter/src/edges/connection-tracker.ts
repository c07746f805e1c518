import { TCP_SYN_SENT, type SocketCounters, type SocketRecord } from '../kernel/socket-record.js';
import { AbortedConnections } from './aborted-connections.js';
import { AddressBook } from './address-book.js';
import { Attribution, type AttributionOptions } from './attribution.js';
import { isWithEmbeddedResolver } from './embedded-resolver.js';
import { accountCounters, addTally, type Edge } from './edge.js';
import { OTHER, type EdgeLedger } from './edge-ledger.js';
import { PairedEndings, settleAlone, type Ending } from './paired-endings.js';
import { UdpFlows } from './udp-flows.js';
import { trackedSocket, type TrackedNamespace, type TrackedSocket } from './tracked-namespace.js';

export interface TrackerOptions extends AttributionOptions {
  readonly ledger: EdgeLedger;
}

/**
 * Turns what passes find open and what the kernel says was destroyed into edges. Pure bookkeeping: it opens nothing
 * and knows no clock. A pass is: `beginPass`, then for each namespace its listeners (`listening.replace`), `observe`
 * for each connection and `endNamespace`, then `endPass`. `destroyed` may come at any time.
 */
export class ConnectionTracker {
  readonly namespaces = new Map<number, TrackedNamespace>();
  readonly attribution: Attribution;
  readonly udpFlows: UdpFlows;
  private readonly addressBook = new AddressBook();
  private readonly aborted = new AbortedConnections();
  private readonly endings = new PairedEndings();
  /** Found by this pass, waiting for its end: only then is known who owns them and who listens where. */
  private unsettled: { namespace: TrackedNamespace; socket: TrackedSocket }[] = [];
  private pass = 0;

  constructor(private readonly options: TrackerOptions) {
    this.attribution = new Attribution(options, this.addressBook);
    this.udpFlows = new UdpFlows({
      attribution: this.attribution,
      addressBook: this.addressBook,
      ledger: options.ledger,
      firstEphemeralPort: options.firstEphemeralPort,
    });
  }

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
    for (const { namespace, socket } of this.udpFlows.unowned()) {
      want(namespace, socket.inode);
    }
    return wanted;
  }

  /** A connection as a dump shows it. */
  observe(namespace: TrackedNamespace, record: SocketRecord, now: number): void {
    const { cookie } = record;
    let socket = namespace.sockets.get(cookie);
    if (socket === undefined) {
      if (record.peerPort === 0 || namespace.departed.has(cookie) || isWithEmbeddedResolver(record)) {
        return;
      }
      socket = trackedSocket(record, namespace.inheriting, now);
      namespace.sockets.set(cookie, socket);
      this.unsettled.push({ namespace, socket });
      if (record.protocol === 'udp') {
        this.udpFlows.noteConnected(namespace, socket);
      }
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
    const { address } = this.attribution.destinationOf(namespace, record);
    if (!this.addressBook.isLocal(namespace, address)) {
      this.addressBook.noteElsewhere(address);
    }
    this.destroyed(namespace, record, now);
  }

  /** Gives everything new to its edge, owners and listeners now being known. */
  endPass(now: number): void {
    this.attribution.otherEnds.reset();
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
    if (record.peerPort === 0) {
      // A client that aborted its connection has forgotten where to: the other end, when it is here, will say.
      return (
        record.counters?.established !== true || !this.addressBook.isLocal(namespace, record.peerAddress)
      );
    }
    return (
      namespace.sockets.has(record.cookie) ||
      namespace.departed.has(record.cookie) ||
      this.attribution.isClear(namespace, record)
    );
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
      // Of UDP, only the port tells a server from a client that never connects.
      if (
        record.localPort !== 0 &&
        (record.protocol === 'tcp' || record.localPort < this.options.firstEphemeralPort)
      ) {
        namespace.listening.remember(record.protocol, record.localPort, now);
      }
      return;
    }
    const brief = trackedSocket(record, false, now);
    brief.established = counters?.established ?? record.protocol === 'udp';
    const reset =
      record.peerPort === 0 ? this.aborted.take(record.peerAddress, record.localPort, now) : undefined;
    if (reset !== undefined) {
      brief.peerPort = reset.port;
    }
    this.settleBrief(namespace, brief, now);
    if (brief.protocol === 'udp') {
      this.udpFlows.noteConnected(namespace, brief);
    }
    if (brief.established) {
      brief.tally.opened++;
    }
    if (reset !== undefined) {
      brief.tally.sentBytes += reset.receivedBytes;
      brief.tally.receivedBytes += reset.sentBytes;
    } else if (counters !== undefined) {
      this.accountLast(namespace, brief, counters, now);
    }
    this.end(brief, now);
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
    const isLocal = this.addressBook.isLocal(namespace, actual.address);
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
    if (isLocal && !ending.orderly && socket.role === 'server') {
      this.aborted.note(socket.localAddress, socket.peerPort, {
        port: socket.localPort,
        sentBytes,
        receivedBytes: receivedOctets,
        endedAt: now,
      });
    }
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
    const edge = this.options.ledger.edge(this.attribution.attribute(namespace, socket), now);
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
    // The ledger counts what it folds; a client's process is its own connections' only.
    if (
      isAlways &&
      !(isServer && edge.labels.peer_process !== '') &&
      edge.labels.peer_ip !== OTHER &&
      (isServer || socket.role === 'client')
    ) {
      namespace.briefEdges.set(key, edge);
    }
  }
}
