import { readIpv4, readIpv6 } from './ip-address.js';
import { NLM_F_DUMP, type NetlinkSocket } from './netlink.js';
import {
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_LAST_ACK,
  TCP_LISTEN,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCP_TIME_WAIT,
  type SocketCounters,
  type SocketProtocol,
  type SocketRecord,
} from './socket-record.js';

// Layouts and numbers: include/uapi/linux/inet_diag.h, sock_diag.h and tcp.h.
const SOCK_DIAG_BY_FAMILY = 20;
const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const INET_DIAG_INFO = 2;
const INET_DIAG_PROTOCOL = 10;
const INET_DIAG_SKV6ONLY = 11;
const INET_DIAG_CGROUP_ID = 21;
/** `struct inet_diag_req_v2`. */
const REQUEST_BYTES = 56;
/** `struct inet_diag_msg`, before its attributes. */
const MESSAGE_BYTES = 72;

const ALL_STATES = 0xfff;
/** What TIME_WAIT and SYN_RECV would add has no socket behind it, and on a busy host most rows are of that kind. */
const CONNECTION_STATES =
  ALL_STATES & ~(1 << TCP_TIME_WAIT) & ~(1 << TCP_SYN_RECV) & ~(1 << TCP_LISTEN) & ~(1 << TCP_CLOSE);
const LISTENER_STATES = 1 << TCP_LISTEN;

/** Visits every TCP connection of the socket's network namespace. The record is one object, moved from row to row. */
export function dumpConnections(socket: NetlinkSocket, visit: (record: SocketRecord) => void): void {
  const visitConnection = (record: SocketRecord): void => {
    // What is left of a closed connection while it waits for its peer's FIN (a timewait socket in FIN_WAIT2) has
    // neither counters nor the cookie that the socket had.
    if (record.counters !== undefined) {
      visit(record);
    }
  };
  dump(socket, AF_INET, IPPROTO_TCP, CONNECTION_STATES, visitConnection);
  dump(socket, AF_INET6, IPPROTO_TCP, CONNECTION_STATES, visitConnection);
}

/** Visits every TCP listener of the namespace; does not walk the table of connections. */
export function dumpListeners(socket: NetlinkSocket, visit: (record: SocketRecord) => void): void {
  dump(socket, AF_INET, IPPROTO_TCP, LISTENER_STATES, visit);
  dump(socket, AF_INET6, IPPROTO_TCP, LISTENER_STATES, visit);
}

/** Visits every UDP socket of the namespace, connected or not. */
export function dumpUdp(socket: NetlinkSocket, visit: (record: SocketRecord) => void): void {
  dump(socket, AF_INET, IPPROTO_UDP, ALL_STATES, visit);
  dump(socket, AF_INET6, IPPROTO_UDP, ALL_STATES, visit);
}

function dump(
  socket: NetlinkSocket,
  family: number,
  protocol: number,
  states: number,
  visit: (record: SocketRecord) => void,
): void {
  const body = Buffer.alloc(REQUEST_BYTES);
  body[0] = family;
  body[1] = protocol;
  body[2] = 1 << (INET_DIAG_INFO - 1);
  body.writeUInt32LE(states, 4);
  const message = new SocketMessage(protocol === IPPROTO_TCP ? 'tcp' : 'udp');
  socket.request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, body, 'list sockets', (buffer, start, end) => {
    if (message.read(buffer, start, end)) {
      visit(message);
    }
  });
}

/**
 * A view on one `inet_diag_msg` in a buffer: nothing is copied, numbers are read when asked for. The same object is
 * moved over all messages of a dump, and must not be kept.
 */
export class SocketMessage implements SocketRecord, SocketCounters {
  private buffer: Buffer = Buffer.alloc(0);
  private start = 0;
  private infoStart = 0;
  private infoBytes = 0;
  private cgroupIdStart = 0;
  private isIpv6Only = false;
  private isTcp: boolean;

  constructor(private readonly defaultProtocol: SocketProtocol) {
    this.isTcp = defaultProtocol === 'tcp';
  }

  /** Moves to the message in `buffer[start, end)`; false when that is no whole message about an IP socket. */
  read(buffer: Buffer, start: number, end: number): boolean {
    if (end - start < MESSAGE_BYTES || end > buffer.length) {
      return false;
    }
    const family = buffer[start];
    if (family !== AF_INET && family !== AF_INET6) {
      return false;
    }
    this.buffer = buffer;
    this.start = start;
    this.readAttributes(start + MESSAGE_BYTES, end);
    return true;
  }

  get protocol(): SocketProtocol {
    return this.isTcp ? 'tcp' : 'udp';
  }

  get family(): 'ipv4' | 'ipv6' {
    return this.isIpv4 ? 'ipv4' : 'ipv6';
  }

  get state(): number {
    return this.buffer.readUInt8(this.start + 1);
  }

  get localPort(): number {
    return this.buffer.readUInt16BE(this.start + 4);
  }

  get peerPort(): number {
    return this.buffer.readUInt16BE(this.start + 6);
  }

  get localAddress(): string {
    return this.isIpv4 ? readIpv4(this.buffer, this.start + 8) : readIpv6(this.buffer, this.start + 8);
  }

  get peerAddress(): string {
    return this.isIpv4 ? readIpv4(this.buffer, this.start + 24) : readIpv6(this.buffer, this.start + 24);
  }

  get cookie(): number {
    return this.u64(this.start + 44);
  }

  get inode(): number {
    return this.buffer.readUInt32LE(this.start + 68);
  }

  get cgroupId(): number {
    return this.cgroupIdStart === 0 ? 0 : this.u64(this.cgroupIdStart);
  }

  get ipv6Only(): boolean {
    return this.isIpv6Only;
  }

  /** `tcp_info` has grown with the years and vendors backport: its length says what is there. */
  get counters(): SocketCounters | undefined {
    return this.isTcp && this.infoBytes >= BYTES_RECEIVED + 8 ? this : undefined;
  }

  get sentBytes(): number {
    if (this.infoBytes >= BYTES_RETRANS + 8) {
      return Math.max(0, this.info64(BYTES_SENT) - this.info64(BYTES_RETRANS));
    }
    // Before Linux 4.19 only what was acknowledged is known, and the SYN counts.
    return Math.max(0, this.info64(BYTES_ACKED) - 1);
  }

  get receivedBytes(): number {
    const octets = this.receivedOctets;
    return octets > 0 && mayHaveReceivedFin(this.state) ? octets - 1 : octets;
  }

  get receivedOctets(): number {
    // Where the kernel counts segments with data, it tells a lone FIN from a byte.
    const onlyFin = this.infoBytes >= DATA_SEGS_IN + 4 && this.info32(DATA_SEGS_IN) === 0;
    return onlyFin ? 0 : this.info64(BYTES_RECEIVED);
  }

  get acknowledgedOctets(): number {
    return this.info64(BYTES_ACKED);
  }

  get retransmittedSegments(): number {
    return this.info32(TOTAL_RETRANS);
  }

  get rttSeconds(): number {
    return this.info32(RTT) / 1e6;
  }

  get established(): boolean {
    const { state } = this;
    if (state !== TCP_CLOSE) {
      return state !== TCP_SYN_SENT;
    }
    // A closed socket does not tell what it was. A reset on close has cleared its counters, but not the least round
    // trip, which starts as "none" (tcp_disconnect and tcp_init_sock in net/ipv4/tcp.c).
    return (
      this.info64(BYTES_ACKED) > 0 ||
      this.info64(BYTES_RECEIVED) > 0 ||
      (this.infoBytes >= MIN_RTT + 4 && this.info32(MIN_RTT) !== NO_MIN_RTT)
    );
  }

  get attempted(): boolean {
    // Only a connect looks for a route, and with it the path's MTU.
    return this.established || this.info32(PATH_MTU) > 0;
  }

  private get isIpv4(): boolean {
    return this.buffer[this.start] === AF_INET;
  }

  private readAttributes(start: number, end: number): void {
    const { buffer } = this;
    this.infoBytes = 0;
    this.cgroupIdStart = 0;
    this.isIpv6Only = false;
    this.isTcp = this.defaultProtocol === 'tcp';
    // Written out rather than forEachAttribute: this is the innermost loop of a dump.
    let at = start;
    while (at + 4 <= end) {
      const length = buffer.readUInt16LE(at);
      if (length < 4 || at + length > end) {
        return;
      }
      const type = buffer.readUInt16LE(at + 2);
      if (type === INET_DIAG_INFO) {
        this.infoStart = at + 4;
        this.infoBytes = length - 4;
      } else if (type === INET_DIAG_CGROUP_ID && length >= 12) {
        this.cgroupIdStart = at + 4;
      } else if (type === INET_DIAG_PROTOCOL && length >= 5) {
        this.isTcp = buffer[at + 4] === IPPROTO_TCP;
      } else if (type === INET_DIAG_SKV6ONLY && length >= 5) {
        this.isIpv6Only = buffer[at + 4] !== 0;
      }
      at += (length + 3) & ~3;
    }
  }

  private info32(offset: number): number {
    return this.infoBytes >= offset + 4 ? this.buffer.readUInt32LE(this.infoStart + offset) : 0;
  }

  private info64(offset: number): number {
    return this.infoBytes >= offset + 8 ? this.u64(this.infoStart + offset) : 0;
  }

  /** Exact below 2^53, which no counter or cookie reaches. */
  private u64(offset: number): number {
    return this.buffer.readUInt32LE(offset) + this.buffer.readUInt32LE(offset + 4) * 4_294_967_296;
  }
}

/** The peer's FIN takes a sequence number and is counted as a byte (tcp_rcv_nxt_update in net/ipv4/tcp_input.c). */
function mayHaveReceivedFin(state: number): boolean {
  return state === TCP_CLOSE || state === TCP_CLOSE_WAIT || state === TCP_LAST_ACK || state === TCP_CLOSING;
}

// Offsets in `struct tcp_info`.
const PATH_MTU = 60;
const RTT = 68;
const TOTAL_RETRANS = 100;
const BYTES_ACKED = 120;
const BYTES_RECEIVED = 128;
const MIN_RTT = 148;
const DATA_SEGS_IN = 152;
const BYTES_SENT = 200;
const BYTES_RETRANS = 208;
/** `~0U`: no sample. */
const NO_MIN_RTT = 0xffff_ffff;
