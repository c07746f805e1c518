import type { IpAddress } from './ip-address.js';

/** TCP states as the kernel numbers them (include/net/tcp_states.h); UDP uses ESTABLISHED and CLOSE. */
export const TCP_ESTABLISHED = 1;
export const TCP_SYN_SENT = 2;
export const TCP_SYN_RECV = 3;
export const TCP_TIME_WAIT = 6;
export const TCP_CLOSE = 7;
export const TCP_CLOSE_WAIT = 8;
export const TCP_LAST_ACK = 9;
export const TCP_LISTEN = 10;
export const TCP_CLOSING = 11;

export type SocketProtocol = 'tcp' | 'udp';

/** One socket at one moment, as the kernel describes it. */
export interface SocketRecord {
  readonly protocol: SocketProtocol;
  /** The address family: a socket of IPv6 may carry IPv4, its addresses then read as IPv4. */
  readonly family: 'ipv4' | 'ipv6';
  readonly state: number;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly peerAddress: IpAddress;
  /** 0 where there is no peer: listeners, unconnected sockets, connects that failed at once. */
  readonly peerPort: number;
  /** Identifies the socket in its network namespace for as long as the machine runs; 0 where unknown. */
  readonly cookie: number;
  /** Of the socket file; 0 where unknown, as in destroy events. */
  readonly inode: number;
  /** Inode of the cgroup v2 directory that the socket was made in; 0 where unknown. */
  readonly cgroupId: number;
  /** Listens on IPv6 only. */
  readonly ipv6Only: boolean;
  /** Index of the network interface that it is bound to (SO_BINDTODEVICE); 0 for none, undefined where unknown. */
  readonly device?: number | undefined;
  /** Undefined for UDP and where the kernel gave none. */
  readonly counters: SocketCounters | undefined;
}

/** What a TCP socket has counted since it was made. */
export interface SocketCounters {
  /** Segments sent and received: while they stay, so do all counters. NaN where the kernel does not count them. */
  readonly segments: number;
  /** Payload, each byte once. */
  readonly sentBytes: number;
  /** Payload, as the state tells; of a closed socket at least this: it does not tell whether its last octet was a FIN. */
  readonly receivedBytes: number;
  /** As the kernel counts: payload, and one more where the peer's FIN was received. */
  readonly receivedOctets: number;
  /**
   * The peer's FIN had not come when the state was read. The kernel reads that first, and may wait then until what comes
   * meanwhile has been counted: the last octet may be the FIN all the same.
   */
  readonly awaitsFin: boolean;
  /** As the kernel counts: payload, the SYN of a client, and the FIN when it was sent and acknowledged. */
  readonly acknowledgedOctets: number;
  readonly retransmittedSegments: number;
  /** Smoothed; 0 before the first sample. */
  readonly rttSeconds: number;
  /** The handshake was completed. */
  readonly established: boolean;
  /** A connect was tried; false for listeners and sockets that were never used. */
  readonly attempted: boolean;
}

/** The record as it is now: records that a visitor is shown are moved on afterwards. */
export function copySocketRecord(record: SocketRecord): SocketRecord {
  const { counters } = record;
  return {
    protocol: record.protocol,
    family: record.family,
    state: record.state,
    localAddress: record.localAddress,
    localPort: record.localPort,
    peerAddress: record.peerAddress,
    peerPort: record.peerPort,
    cookie: record.cookie,
    inode: record.inode,
    cgroupId: record.cgroupId,
    ipv6Only: record.ipv6Only,
    device: record.device,
    counters:
      counters === undefined
        ? undefined
        : {
            segments: counters.segments,
            sentBytes: counters.sentBytes,
            receivedBytes: counters.receivedBytes,
            receivedOctets: counters.receivedOctets,
            awaitsFin: counters.awaitsFin,
            acknowledgedOctets: counters.acknowledgedOctets,
            retransmittedSegments: counters.retransmittedSegments,
            rttSeconds: counters.rttSeconds,
            established: counters.established,
            attempted: counters.attempted,
          },
  };
}
