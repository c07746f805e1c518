import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketCounters, SocketProtocol, SocketRecord } from '../kernel/socket-record.js';
import { emptyTally, type Accounted, type Edge, type Role, type Tally } from './edge.js';
import type { Endpoint } from './endpoint.js';
import { ListeningSet, type SocketOwner } from './listening-set.js';

/** A connection that is open, or was when it was last looked for. */
export interface TrackedSocket extends Accounted {
  readonly protocol: SocketProtocol;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly peerAddress: IpAddress;
  /** 0 where it is not known; the other end may tell. */
  peerPort: number;
  readonly inode: number;
  readonly cgroupId: number;
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
  owner: SocketOwner | undefined;
  established: boolean;
  /** Passes that have not found it since one did. */
  missed: number;
  /** The pass that found it last. */
  pass: number;
}

/** A socket that sends and receives without a peer of its own. */
export interface UnconnectedSocket {
  readonly inode: number;
  readonly cgroupId: number;
}

/** One network namespace: who lives in it, where it listens, what is open in it. */
export class TrackedNamespace {
  readonly listening = new ListeningSet();
  readonly sockets = new Map<number, TrackedSocket>();
  /** UDP sockets that are not connected, by port; of those that share one, the first. */
  udpSockets: ReadonlyMap<number, UnconnectedSocket> = new Map();
  /** Closed because a pass no longer found them; their destroy events may still come. */
  readonly departed = new Map<number, TrackedSocket>();
  /** Edges of connections that no pass saw, by what they have in common; until the next pass. */
  readonly briefEdges = new Map<string, Edge>();
  /** How many of `sockets` the current pass has found. */
  found = 0;
  addresses: ReadonlySet<IpAddress> = new Set();
  /** NO_CONTAINER stands for what runs outside containers. */
  occupants: ReadonlySet<ContainerId> = new Set([NO_CONTAINER]);
  /** The sockets that the next whole pass finds are the exporter's inheritance, not news. */
  inheriting: boolean;

  constructor(
    readonly inode: number,
    inheriting: boolean,
  ) {
    this.inheriting = inheriting;
  }

  /** The one container (or NO_CONTAINER) that everything in here belongs to; undefined when several share it. */
  get soleOccupant(): ContainerId | undefined {
    if (this.occupants.size !== 1) {
      return undefined;
    }
    const [only] = this.occupants;
    return only;
  }

  depart(cookie: number, socket: TrackedSocket): void {
    this.sockets.delete(cookie);
    this.departed.set(cookie, socket);
    if (this.departed.size > MOST_DEPARTED) {
      const [oldest] = this.departed.keys();
      if (oldest !== undefined) {
        this.departed.delete(oldest);
      }
    }
  }
}

const MOST_DEPARTED = 20_000;

/** Starts to track what a dump has just shown. */
export function trackedSocket(record: SocketRecord, inherited: boolean, now: number): TrackedSocket {
  const { counters } = record;
  return {
    protocol: record.protocol,
    localAddress: record.localAddress,
    localPort: record.localPort,
    peerAddress: record.peerAddress,
    peerPort: record.peerPort,
    inode: record.inode,
    cgroupId: record.cgroupId,
    inherited,
    tally: emptyTally(now),
    settled: false,
    role: undefined,
    isMasqueraded: false,
    actual: undefined,
    owner: undefined,
    established: false,
    missed: 0,
    pass: 0,
    ...accountedSoFar(inherited ? counters : undefined),
  };
}

function accountedSoFar(counters: SocketCounters | undefined): Accounted {
  return {
    segments: counters?.segments ?? Number.NaN,
    sentBytes: counters?.sentBytes ?? 0,
    receivedBytes: counters?.receivedBytes ?? 0,
    retransmittedSegments: counters?.retransmittedSegments ?? 0,
  };
}
