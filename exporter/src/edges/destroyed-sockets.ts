import type { SocketCounters, SocketRecord } from '../kernel/socket-record.js';
import { AbortedConnections } from './aborted-connections.js';
import type { AddressBook } from './address-book.js';
import type { Attribution } from './attribution.js';
import { accountCounters, type Edge } from './edge.js';
import { OTHER, type EdgeLedger } from './edge-ledger.js';
import { PairedEndings, settleAlone, type Ending } from './paired-endings.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import {
  countEnd,
  establish,
  giveTo,
  trackedSocket,
  withdraw,
  type TrackedSocket,
} from './tracked-socket.js';
import type { UdpFlows } from './udp-flows.js';

export interface DestroyedSocketsOptions {
  readonly attribution: Attribution;
  readonly addressBook: AddressBook;
  readonly ledger: EdgeLedger;
  readonly udpFlows: UdpFlows;
  readonly firstEphemeralPort: number;
}

/** Gives to their edges what the kernel says of sockets that it has destroyed, most of which no pass has ever seen. */
export class DestroyedSockets {
  private readonly aborted = new AbortedConnections();
  private readonly endings = new PairedEndings();

  constructor(private readonly options: DestroyedSocketsOptions) {}

  /** At the end of a pass: settles what has waited for its other end for long enough. */
  expire(now: number): void {
    this.endings.expire(now);
  }

  /** Whether an event can be given to its edge now, or had better wait for the end of a pass. */
  isClear(namespace: TrackedNamespace, record: SocketRecord): boolean {
    if (record.peerPort === 0) {
      // A client that aborted its connection has forgotten where to: the other end, when it is here, will say.
      return (
        record.counters?.established !== true ||
        !this.options.addressBook.isLocal(namespace, record.peerAddress)
      );
    }
    return (
      namespace.sockets.has(record.cookie) ||
      namespace.departed.has(record.cookie) ||
      this.options.attribution.isClear(namespace, record)
    );
  }

  /**
   * An event that waited for a pass: whatever is not known by now will not be.
   */
  giveAfterPass(namespace: TrackedNamespace, record: SocketRecord, now: number): void {
    const { address } = this.options.attribution.destinationOf(namespace, record);
    if (!this.options.addressBook.isLocal(namespace, address)) {
      this.options.addressBook.noteElsewhere(address);
    }
    this.give(namespace, record, now);
  }

  /** The kernel's last word on a socket. */
  give(namespace: TrackedNamespace, record: SocketRecord, now: number): void {
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
      this.options.udpFlows.noteConnected(namespace, brief);
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
    countEnd(brief, now);
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
    if (record.counters !== undefined) {
      this.accountLast(namespace, socket, record.counters, now);
    }
    if (wasDeparted) {
      return;
    }
    if (!socket.established && record.counters?.established === true) {
      establish(socket);
    }
    withdraw(socket);
    countEnd(socket, now);
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
    const isLocal = this.options.addressBook.isLocal(namespace, actual.address);
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

  private settle(namespace: TrackedNamespace, socket: TrackedSocket, now: number): Edge {
    const { ledger, attribution } = this.options;
    const edge = ledger.edge(attribution.attribute(namespace, socket), now);
    giveTo(edge, socket);
    return edge;
  }
}
