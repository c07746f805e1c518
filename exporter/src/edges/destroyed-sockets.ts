import type { SocketCounters, SocketRecord } from '../kernel/socket-record.js';
import { AbortedConnections, type AbortedEnd } from './aborted-connections.js';
import type { AddressBook } from './address-book.js';
import type { Attribution, Finding } from './attribution.js';
import { accountCounters, type Edge } from './edge.js';
import { OTHER, type EdgeLedger } from './edge-ledger.js';
import { settleAlone, type Ending, type PairedEndings } from './paired-endings.js';
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
  readonly endings: PairedEndings;
  readonly udpFlows: UdpFlows;
  readonly firstEphemeralPort: number;
}

type Outcome = 'given' | 'waits' | 'urgent';
type Waits = 'for a pass' | 'for its other end' | 'no longer';

/** Gives to their edges what the kernel says of sockets that it has destroyed, most of which no pass has ever seen. */
export class DestroyedSockets {
  private readonly aborted = new AbortedConnections();

  constructor(private readonly options: DestroyedSocketsOptions) {}

  /** At the end of a pass: settles what has waited for its other end for long enough. */
  expire(now: number): void {
    this.options.endings.expire(now);
  }

  /**
   * Gives the kernel's last word on a socket to its edge, unless it had better wait for the end of a pass: the next, or
   * an urgent one.
   */
  giveIfClear(namespace: TrackedNamespace, record: SocketRecord, now: number): Outcome {
    return this.offer(namespace, record, now, 'for a pass');
  }

  /** Gives what has waited for a pass, unless its other end, when that is heard of, may say more. */
  giveIfPaired(namespace: TrackedNamespace, record: SocketRecord, now: number): Outcome {
    return this.offer(namespace, record, now, 'for its other end');
  }

  /** Gives what need not wait, or has: whatever is not known by now will not be. */
  give(namespace: TrackedNamespace, record: SocketRecord, now: number): void {
    this.offer(namespace, record, now, 'no longer');
  }

  private offer(namespace: TrackedNamespace, record: SocketRecord, now: number, waits: Waits): Outcome {
    return this.giveKnown(namespace, record, now) ? 'given' : this.giveBrief(namespace, record, now, waits);
  }

  /** What a pass has seen, and what is no connection. */
  private giveKnown(namespace: TrackedNamespace, record: SocketRecord, now: number): boolean {
    const { cookie, protocol, localPort } = record;
    const socket = namespace.sockets.get(cookie) ?? namespace.departed.get(cookie);
    if (socket !== undefined) {
      this.giveTracked(namespace, cookie, socket, record, now);
      return true;
    }
    if (record.peerPort !== 0 || record.counters?.attempted === true) {
      return false;
    }
    // A listener, or a socket that never connected. The connections it accepted are reported after it, or before.
    // Of UDP, only the port tells a server from a client that never connects.
    if (localPort !== 0 && (protocol === 'tcp' || localPort < this.options.firstEphemeralPort)) {
      namespace.listening.remember(protocol, localPort, now);
    }
    return true;
  }

  private giveTracked(
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

  /** A connection that no pass has seen. */
  private giveBrief(namespace: TrackedNamespace, record: SocketRecord, now: number, waits: Waits): Outcome {
    const { addressBook, udpFlows } = this.options;
    const { counters } = record;
    const brief = trackedSocket(record, false, now);
    let reset: AbortedEnd | undefined;
    if (brief.peerPort === 0) {
      // A client that aborted its connection has forgotten where to: the other end, when it is here, will say.
      if (
        waits === 'for a pass' &&
        counters?.established === true &&
        addressBook.isLocal(namespace, brief.peerAddress)
      ) {
        return 'waits';
      }
      reset = this.aborted.take(brief.peerAddress, brief.localPort, now);
      brief.peerPort = reset?.port ?? 0;
    }
    const outcome = this.settleBrief(
      namespace,
      brief,
      now,
      record.peerPort === 0 ? 'no longer' : waits,
      counters,
    );
    if (outcome !== 'given') {
      return outcome;
    }
    brief.established = counters?.established ?? brief.protocol === 'udp';
    if (brief.protocol === 'udp') {
      udpFlows.noteConnected(namespace, brief);
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
    return outcome;
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
      namespace,
    };
    const { attribution } = this.options;
    if (!ending.orderly && socket.role === 'server' && attribution.isHere(namespace, actual.address)) {
      this.aborted.note(socket.localAddress, socket.peerPort, {
        port: socket.localPort,
        sentBytes,
        receivedBytes: receivedOctets,
        endedAt: now,
      });
    }
    if (isLocal) {
      this.options.endings.add(ending);
    } else {
      settleAlone(ending);
    }
  }

  /**
   * Finds the edge of a connection that no pass has seen. There may be thousands a second of one kind, and until the
   * next pass nothing that decides about them changes.
   */
  private settleBrief(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    now: number,
    waits: Waits,
    counters: SocketCounters | undefined,
  ): Outcome {
    const { protocol, localAddress, localPort, peerAddress, peerPort } = socket;
    const isServer = namespace.listening.hasPort(protocol, localPort);
    const key = isServer
      ? `< ${protocol} ${localAddress} ${localPort} ${peerAddress}`
      : `> ${protocol} ${peerAddress} ${peerPort}`;
    const known = namespace.briefEdges.get(key);
    const { attribution, addressBook } = this.options;
    if (addressBook.isShared(localAddress)) {
      attribution.noteEnded(namespace, socket);
    }
    // What has waited may be of another that had the address before.
    const isNow = waits === 'for a pass';
    if (known !== undefined && isNow && attribution.isCertain(namespace, known.peer)) {
      socket.role = known.edge.labels.role === 'server' ? 'server' : 'client';
      giveTo(known.edge, socket);
      return 'given';
    }
    const finding = attribution.examine(namespace, socket);
    if (isNow) {
      const clarity = attribution.clarity(namespace, socket, finding, counters?.established === false);
      if (clarity !== 'clear') {
        return clarity;
      }
    } else {
      if (waits === 'for its other end' && attribution.isUnpaired(socket, finding)) {
        return 'waits';
      }
      attribution.noteElsewhere(namespace, finding);
    }
    const edge = this.settle(namespace, socket, now, finding);
    const isAlways =
      namespace.soleOccupant !== undefined &&
      socket.actual === undefined &&
      !socket.isMasqueraded &&
      !isAmbiguous(finding);
    // The ledger counts what it folds; a client's process is its own connections' only.
    if (
      isAlways &&
      !(isServer && edge.labels.peer_process !== '') &&
      edge.labels.peer_ip !== OTHER &&
      (isServer || socket.role === 'client')
    ) {
      namespace.briefEdges.set(key, { edge, peer: peerOf(finding) });
    }
    return 'given';
  }

  private settle(namespace: TrackedNamespace, socket: TrackedSocket, now: number, finding?: Finding): Edge {
    const { ledger, attribution } = this.options;
    const edge = ledger.edge(attribution.attribute(namespace, socket, finding), now);
    giveTo(edge, socket);
    return edge;
  }
}

/** What is found for one connection may be wrong for the next. */
function isAmbiguous(finding: Finding): boolean {
  return finding.role === 'server' ? !finding.origin.isCertain : finding.destination.peer === 'ambiguous';
}

function peerOf(finding: Finding): TrackedNamespace | undefined {
  if (finding.role === 'server') {
    return finding.origin.candidates[0];
  }
  const { peer } = finding.destination;
  return peer === 'ambiguous' ? undefined : peer?.namespace;
}
