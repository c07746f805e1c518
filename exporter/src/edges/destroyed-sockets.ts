import { copySocketRecord, type SocketCounters, type SocketRecord } from '../kernel/socket-record.js';
import { AbortedConnections, type AbortedEnd } from './aborted-connections.js';
import type { AddressBook } from './address-book.js';
import type { Attribution } from './attribution.js';
import { BriefConnections, type Settlement, type Waits } from './brief-connections.js';
import { accountCounters } from './edge.js';
import type { EdgeLedger } from './edge-ledger.js';
import { localOf, otherEndOf, peerOf, type End } from './endpoint.js';
import type { LoneEnd, LoneEnds } from './lone-ends.js';
import { settleAlone, type Ending, type PairedEndings } from './paired-endings.js';
import type { PresumedEdges } from './presumed-edges.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import { countEnd, establish, trackedSocket, withdraw, type TrackedSocket } from './tracked-socket.js';
import type { UdpFlows } from './udp-flows.js';

export interface DestroyedSocketsOptions {
  readonly attribution: Attribution;
  readonly addressBook: AddressBook;
  readonly ledger: EdgeLedger;
  readonly endings: PairedEndings;
  readonly lone: LoneEnds;
  readonly presumed: PresumedEdges;
  readonly udpFlows: UdpFlows;
  readonly firstEphemeralPort: number;
  /** A listener that was known has been closed: what was found out about its connections does not hold for the next. */
  readonly onListenerClosed: () => void;
}

/** `kept` waits for its other end, until `takeUnpaired`. */
type Outcome = 'given' | 'kept' | 'waits' | 'urgent';

/** Gives to their edges what the kernel says of sockets that it has destroyed, most of which no pass has ever seen. */
export class DestroyedSockets {
  private readonly aborted = new AbortedConnections();
  private readonly brief: BriefConnections;

  constructor(private readonly options: DestroyedSocketsOptions) {
    this.brief = new BriefConnections(options);
  }

  /** At the end of a pass: settles what has waited for its other end for long enough. */
  expire(now: number): void {
    this.options.endings.expire(now);
  }

  /** At the beginning of a pass: what was kept and has not met its other end; the pass, or the next, may say more. */
  takeUnpaired(): readonly LoneEnd[] {
    return this.options.lone.takeAll();
  }

  /**
   * Gives the kernel's last word on a socket to its edge, unless it had better wait for the end of a pass: the next, or
   * an urgent one.
   */
  giveIfClear(namespace: TrackedNamespace, record: SocketRecord, now: number): Outcome {
    return this.offer(namespace, record, now, 'for a pass');
  }

  /** Gives what has waited for a pass since `heardAt`, unless its other end, when that is heard of, may say more. */
  giveIfPaired(namespace: TrackedNamespace, record: SocketRecord, now: number, heardAt = now): Outcome {
    return this.offer(namespace, record, now, 'for its other end', heardAt);
  }

  /** Gives what need not wait, or has: whatever is not known by now will not be. */
  give(namespace: TrackedNamespace, record: SocketRecord, now: number, heardAt = now): void {
    this.offer(namespace, record, now, 'no longer', heardAt);
  }

  /** Gives what there is no room for to wait. */
  giveAtOnce(namespace: TrackedNamespace, record: SocketRecord, now: number, heardAt = now): void {
    this.offer(namespace, record, now, 'no room', heardAt);
  }

  private offer(
    namespace: TrackedNamespace,
    record: SocketRecord,
    now: number,
    waits: Waits,
    heardAt = now,
  ): Outcome {
    const settlement =
      this.giveKnown(namespace, record, now, waits, heardAt) ??
      this.giveBrief(namespace, record, now, waits, heardAt);
    if (typeof settlement === 'string') {
      return settlement;
    }
    if (this.options.lone.keep(settlement, { namespace, record: copySocketRecord(record), heardAt })) {
      return 'kept';
    }
    this.giveAtOnce(namespace, record, now, heardAt);
    return 'given';
  }

  /** What a pass has seen, and what is no connection; else undefined. */
  private giveKnown(
    namespace: TrackedNamespace,
    record: SocketRecord,
    now: number,
    waits: Waits,
    heardAt: number,
  ): Settlement | undefined {
    const { cookie, protocol, family, localAddress: address, localPort: port, ipv6Only } = record;
    const socket = namespace.sockets.get(cookie) ?? namespace.departed.get(cookie);
    if (socket !== undefined) {
      socket.endedAt = Math.min(socket.endedAt, heardAt);
      return this.giveTracked(namespace, socket, record, now, waits);
    }
    if (record.peerPort !== 0 || record.counters?.attempted === true) {
      return undefined;
    }
    // A listener, or a socket that never connected. The connections it accepted are reported after it, or before.
    // Of UDP, only the port tells a server from a client that never connects.
    if (port !== 0 && (protocol === 'tcp' || port < this.options.firstEphemeralPort)) {
      if (namespace.listening.close({ protocol, family, address, port, ipv6Only, cookie }, now)) {
        this.options.onListenerClosed();
      }
    }
    return 'given';
  }

  private giveTracked(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    record: SocketRecord,
    now: number,
    waits: Waits,
  ): Settlement {
    const { cookie } = socket;
    const hasDeparted = namespace.departed.has(cookie);
    if (!hasDeparted && !socket.established && record.counters?.established === true) {
      establish(socket);
    }
    if (!socket.settled) {
      const settlement = this.brief.settleSeen(namespace, socket, now, waits);
      if (settlement !== 'given') {
        return settlement;
      }
    }
    const hasAborted = record.protocol === 'tcp' && record.peerPort === 0 && socket.established;
    const other = hasAborted ? this.options.endings.abort(otherEndOf(endOf(socket))) : undefined;
    if (hasAborted && other === undefined && this.mayBeToldOf(namespace, socket, waits)) {
      return 'waits';
    }
    namespace.departed.delete(cookie);
    namespace.sockets.delete(cookie);
    if (!hasDeparted) {
      withdraw(socket);
      countEnd(socket, now);
    }
    if (other !== undefined) {
      this.accountAborted(socket, other);
    } else if (hasAborted) {
      // What the last pass was not sure of was no FIN, most likely.
      socket.tally.receivedBytes += socket.receivedOctets - socket.receivedBytes;
    } else if (record.counters !== undefined) {
      this.accountLast(namespace, socket, record.counters, now);
    }
    return 'given';
  }

  /** Whether what an end that aborted has forgotten may yet be told by its other end. */
  private mayBeToldOf(
    namespace: TrackedNamespace,
    { established, peerAddress }: TrackedSocket,
    waits: Waits,
  ): boolean {
    const mayWait = waits !== 'no longer' && waits !== 'no room';
    return mayWait && established && this.options.addressBook.isLocal(namespace, peerAddress);
  }

  /** Takes what came after the last pass, from the other end: the socket itself has forgotten its counters. */
  private accountAborted({ tally, sentBytes, receivedBytes }: TrackedSocket, other: Ending): void {
    this.aborted.forget(other);
    tally.sentBytes += Math.max(0, other.receivedOctets - sentBytes);
    tally.receivedBytes += Math.max(0, other.sentBytes - receivedBytes);
  }

  /** A connection that no pass has seen. */
  private giveBrief(
    namespace: TrackedNamespace,
    record: SocketRecord,
    now: number,
    waits: Waits,
    heardAt: number,
  ): Settlement {
    const { attribution, udpFlows, endings } = this.options;
    const { counters } = record;
    const isForgetful = record.peerPort === 0;
    let brief = briefSocket(record, heardAt);
    let reset: AbortedEnd | undefined;
    if (isForgetful) {
      // Who aborts a connection forgets where its other end was: that, when it is here, will say.
      const mayBeTold = this.mayBeToldOf(namespace, brief, waits);
      if (waits === 'for a pass' && mayBeTold) {
        return 'waits';
      }
      reset = this.aborted.take(namespace, brief.peerAddress, brief.localPort, now);
      if (reset !== undefined) {
        const { local, peer } = reset.end;
        attribution.otherEnds.ended.note(reset.namespace, brief.protocol, local, peer);
        brief = briefSocket(record, heardAt, { localAddress: peer.address, peerPort: local.port });
      } else if (mayBeTold) {
        return 'waits';
      }
    }
    const settlement = this.brief.settle(namespace, brief, now, isForgetful ? 'no longer' : waits);
    if (settlement !== 'given') {
      return settlement;
    }
    if (brief.protocol === 'udp') {
      udpFlows.noteConnected(namespace, brief);
    }
    if (brief.established) {
      brief.tally.opened++;
    }
    countEnd(brief, now);
    if (reset !== undefined) {
      endings.abort(reset.end);
      brief.tally.hasCounters = true;
      brief.tally.sentBytes += reset.receivedBytes;
      brief.tally.receivedBytes += reset.sentBytes;
    } else if (counters !== undefined) {
      this.accountLast(namespace, brief, counters, now);
    }
    return 'given';
  }

  /** Takes a socket's final numbers. */
  private accountLast(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    counters: SocketCounters,
    now: number,
  ): void {
    const { receivedOctets: seenOctets } = socket;
    accountCounters(socket.tally, socket, counters);
    if (!socket.established) {
      // An attempt that failed has no other end. That of a later connection from the same port is not its.
      return;
    }
    const { attribution, addressBook, endings } = this.options;
    const { sentBytes, acknowledgedOctets } = counters;
    const receivedOctets = Math.max(counters.receivedOctets, socket.receivedBytes);
    const end = endOf(socket);
    // Its own FIN, which only an orderly ending gets acknowledged, comes after the payload and a client's SYN.
    const orderly = acknowledgedOctets - sentBytes > (socket.role === 'client' ? 1 : 0);
    const ending = {
      end,
      namespace,
      sentBytes,
      receivedOctets,
      creditedBytes: socket.receivedBytes,
      // What a pass saw before the FIN was payload, though it could not be sure.
      likelyBytes: orderly ? Math.max(seenOctets, socket.receivedBytes) : receivedOctets,
      orderly,
      tally: socket.tally,
    };
    const other = otherEndOf(end);
    // Of an address that no pass has seen, the other end may have told.
    const mayMeet =
      addressBook.isLocal(namespace, end.peer.address) ||
      attribution.otherEnds.waitingAt(other) !== undefined;
    const met = mayMeet ? endings.add(ending) : undefined;
    if (met?.orderly === false) {
      this.aborted.forget(met);
    } else if (met === undefined && !orderly) {
      this.noteAborted(ending, now);
    }
    if (mayMeet) {
      this.meetOther(other, now);
    } else {
      settleAlone(ending);
    }
  }

  /** For the other end, if that is on this host, or was: a container's address is taken away as it ends. */
  private noteAborted({ end, namespace, sentBytes, receivedOctets }: Ending, now: number): void {
    const { attribution } = this.options;
    const { local, peer } = end;
    const others = attribution.otherEnds.endedIn('tcp', peer, local);
    if (others.length > 0 || attribution.isHere(namespace, peer.address)) {
      this.aborted.note({ end, namespace, others, sentBytes, receivedBytes: receivedOctets, endedAt: now });
    }
  }

  /** The other end need not wait any longer. */
  private meetOther(end: End, now: number): void {
    const { lone } = this.options;
    const other = lone.take(end);
    if (other === undefined) {
      return;
    }
    const outcome = this.offer(other.namespace, other.record, now, 'for a pass', other.heardAt);
    if (outcome === 'waits' || outcome === 'urgent') {
      lone.leave(other);
    }
  }
}

/** A connection that no pass has seen; `known` is what the other end tells of it. */
function briefSocket(
  record: SocketRecord,
  heardAt: number,
  known?: Pick<SocketRecord, 'localAddress' | 'peerPort'>,
): TrackedSocket {
  const socket = trackedSocket(
    known === undefined ? record : { ...copySocketRecord(record), ...known },
    false,
    heardAt,
  );
  socket.established = record.counters?.established ?? record.protocol === 'udp';
  return socket;
}

/** As the server sees it. */
function endOf(socket: TrackedSocket): End {
  return { local: socket.seenAs ?? localOf(socket), peer: socket.actual ?? peerOf(socket) };
}
