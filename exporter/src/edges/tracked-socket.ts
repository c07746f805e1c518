import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol, SocketRecord } from '../kernel/socket-record.js';
import { addTally, emptyTally, type Accounted, type Role, type Tally } from './edge.js';
import type { Endpoint } from './endpoint.js';
import type { SocketOwner } from './listening-set.js';

/** A connection that is open, or was when it was last looked for. */
export interface TrackedSocket extends Accounted {
  readonly cookie: number;
  readonly protocol: SocketProtocol;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly peerAddress: IpAddress;
  /** 0 where it is not known; the other end may tell. */
  peerPort: number;
  readonly inode: number;
  readonly cgroupId: number;
  /** As of SocketRecord. */
  readonly device?: number | undefined;
  /** Milliseconds: when it was first seen, or its end was told. */
  readonly heardAt: number;
  /** It was there when the exporter started: an earlier run has counted it already. */
  readonly inherited: boolean;
  /** Its edge; until that is known (the end of the pass that found it), counts of its own. */
  tally: Tally;
  settled: boolean;
  role: Role | undefined;
  /** Its source was translated on the way here. */
  isMasqueraded: boolean;
  /** Who answered a client whose destination was translated. */
  actual: Endpoint | undefined;
  /** How its server sees a client whose source was translated. */
  seenAs: Endpoint | undefined;
  owner: SocketOwner | undefined;
  established: boolean;
  /** Passes that have not found it since one did. */
  missed: number;
  /** How many passes had no other end for it. */
  unpairedPasses: number;
  /** Milliseconds: when the kernel has announced its end, which may wait for its other end or a pass; else Infinity. */
  endedAt: number;
}

/** Starts to track what a dump has just shown. */
export function trackedSocket(record: SocketRecord, inherited: boolean, now: number): TrackedSocket {
  const accounted = inherited ? record.counters : undefined;
  return {
    cookie: record.cookie,
    protocol: record.protocol,
    localAddress: record.localAddress,
    localPort: record.localPort,
    peerAddress: record.peerAddress,
    peerPort: record.peerPort,
    inode: record.inode,
    cgroupId: record.cgroupId,
    device: record.device,
    heardAt: now,
    inherited,
    tally: emptyTally(now),
    settled: false,
    role: undefined,
    isMasqueraded: false,
    actual: undefined,
    seenAs: undefined,
    owner: undefined,
    established: false,
    missed: 0,
    unpairedPasses: 0,
    endedAt: Infinity,
    segments: accounted?.segments ?? Number.NaN,
    sentBytes: accounted?.sentBytes ?? 0,
    receivedBytes: accounted?.receivedBytes ?? 0,
    receivedOctets: accounted?.receivedBytes ?? 0,
    retransmittedSegments: accounted?.retransmittedSegments ?? 0,
  };
}

/** Gives the socket's counts to its edge, or what counts for it, which takes them from now on. */
export function giveTo(edge: Tally, socket: TrackedSocket): void {
  addTally(edge, socket.tally);
  socket.tally = edge;
  socket.settled = true;
}

/** Its handshake is complete: it is open, unless the last pass has not found it. */
export function establish(socket: TrackedSocket): void {
  socket.established = true;
  if (socket.missed === 0) {
    socket.tally.open++;
  }
  if (!socket.inherited) {
    socket.tally.opened++;
  }
}

/** A pass has not found it: it is not open, unless another finds it. */
export function miss(socket: TrackedSocket): void {
  withdraw(socket);
  socket.missed++;
}

/** A pass has found it, which the one before may not have. */
export function meet(socket: TrackedSocket): void {
  if (socket.missed > 0) {
    socket.missed = 0;
    if (socket.established) {
      socket.tally.open++;
    }
  }
}

/** Takes it out of what is open. */
export function withdraw({ missed, established, tally }: TrackedSocket): void {
  if (missed === 0 && established) {
    tally.open--;
  }
}

/** Counts its end; what was open has been withdrawn. */
export function countEnd({ tally, established }: TrackedSocket, now: number): void {
  if (established) {
    tally.closed++;
  } else {
    tally.failed++;
  }
  tally.lastActive = now;
}
