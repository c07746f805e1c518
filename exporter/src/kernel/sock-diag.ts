import { parseIpAddress, readIpv4, readIpv6, type IpAddress } from './ip-address.js';
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

/**
 * Visits every TCP connection of one family in the socket's network namespace; IPv6 sockets may carry IPv4. The record
 * is one object, moved from row to row.
 */
export function dumpConnections(
  socket: NetlinkSocket,
  family: 'ipv4' | 'ipv6',
  visit: (record: SocketRecord) => void,
): void {
  dump(socket, family === 'ipv4' ? AF_INET : AF_INET6, IPPROTO_TCP, CONNECTION_STATES, (record) => {
    // What is left of a closed connection while it waits for its peer's FIN (a timewait socket in FIN_WAIT2) has
    // neither counters nor the cookie that the socket had.
    if (record.counters !== undefined) {
      visit(record);
    }
  });
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

/** What finds one connection without a walk over all: its ends and device, and its cookie, which no other has. */
export type ConnectionIdentity = Pick<
  SocketRecord,
  'localAddress' | 'localPort' | 'peerAddress' | 'peerPort' | 'device' | 'cookie' | 'inode'
>;

/** Whether a TCP connection is still open in the socket's network namespace, and some process holds it. */
export function isHeld(socket: NetlinkSocket, identity: ConnectionIdentity): boolean {
  const { localAddress, localPort, peerAddress, peerPort, device = 0, cookie, inode } = identity;
  const body = Buffer.alloc(REQUEST_BYTES);
  // Those of IPv6 that carry IPv4 are found as IPv4.
  body[0] = localAddress.includes(':') ? AF_INET6 : AF_INET;
  body[1] = IPPROTO_TCP;
  body.writeUInt16BE(localPort, 8);
  body.writeUInt16BE(peerPort, 10);
  parseIpAddress(localAddress).copy(body, 12);
  parseIpAddress(peerAddress).copy(body, 28);
  // One that is bound to a device is found only for who names that.
  body.writeUInt32LE(device, 44);
  body.writeUInt32LE(cookie % 2 ** 32, 48);
  body.writeUInt32LE(Math.floor(cookie / 2 ** 32), 52);
  const message = new SocketMessage('tcp');
  let isThere = false;
  // ENOENT: there is none; ESTALE: there is another.
  const errno = socket.ask(SOCK_DIAG_BY_FAMILY, 0, body, 'find a connection', (buffer, start, end) => {
    isThere = message.read(buffer, start, end) && message.inode === inode;
  });
  return errno === 0 && isThere;
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
  private view: DataView = new DataView(new ArrayBuffer(0));
  private start = 0;
  private end = 0;
  private infoStart = 0;
  private infoBytes = 0;
  /** Where INFO was in the message before, and its header: in one dump it is always there. */
  private usualInfoOffset = MESSAGE_BYTES;
  private usualInfoHeader = 0;
  private isTcp: boolean;
  /** Asked for several times of one message. */
  private localText: IpAddress | undefined;
  private peerText: IpAddress | undefined;

  /** What the messages are about; in `mixed` ones an attribute says it. */
  constructor(private readonly expected: SocketProtocol | 'mixed') {
    this.isTcp = expected === 'tcp';
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
    if (this.buffer !== buffer) {
      this.buffer = buffer;
      this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    }
    this.start = start;
    this.end = end;
    this.localText = undefined;
    this.peerText = undefined;
    this.findInfo();
    if (this.expected === 'mixed') {
      const protocol = this.attribute(INET_DIAG_PROTOCOL, 1);
      this.isTcp = protocol === 0 || buffer[protocol] === IPPROTO_TCP;
    }
    return true;
  }

  get protocol(): SocketProtocol {
    return this.isTcp ? 'tcp' : 'udp';
  }

  get family(): 'ipv4' | 'ipv6' {
    return this.isIpv4 ? 'ipv4' : 'ipv6';
  }

  get state(): number {
    return this.view.getUint8(this.start + 1);
  }

  get localPort(): number {
    return this.view.getUint16(this.start + 4);
  }

  get peerPort(): number {
    return this.view.getUint16(this.start + 6);
  }

  get localAddress(): IpAddress {
    this.localText ??= this.addressAt(this.start + 8);
    return this.localText;
  }

  get peerAddress(): IpAddress {
    this.peerText ??= this.addressAt(this.start + 24);
    return this.peerText;
  }

  get cookie(): number {
    return this.u64(this.start + 44);
  }

  get inode(): number {
    return this.view.getUint32(this.start + 68, true);
  }

  get cgroupId(): number {
    const at = this.attribute(INET_DIAG_CGROUP_ID, 8);
    return at === 0 ? 0 : this.u64(at);
  }

  get device(): number {
    return this.view.getUint32(this.start + 40, true);
  }

  get ipv6Only(): boolean {
    const at = this.attribute(INET_DIAG_SKV6ONLY, 1);
    return at !== 0 && this.view.getUint8(at) !== 0;
  }

  /** `tcp_info` has grown with the years and vendors backport: its length says what is there. */
  get counters(): SocketCounters | undefined {
    return this.isTcp && this.infoBytes >= BYTES_RECEIVED + 8 ? this : undefined;
  }

  get segments(): number {
    return this.infoBytes >= SEGS_IN + 4 ? this.info32(SEGS_OUT) + this.info32(SEGS_IN) : Number.NaN;
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
    return octets > 0 && !this.awaitsFin ? octets - 1 : octets;
  }

  get receivedOctets(): number {
    // Where the kernel counts segments with data, it tells a lone FIN from a byte.
    const onlyFin = this.infoBytes >= DATA_SEGS_IN + 4 && this.info32(DATA_SEGS_IN) === 0;
    return onlyFin ? 0 : this.info64(BYTES_RECEIVED);
  }

  get awaitsFin(): boolean {
    return !mayHaveReceivedFin(this.state);
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
    if (state === TCP_SYN_SENT) {
      // The SYN may have been answered since the state was read.
      return this.info64(BYTES_ACKED) > 0;
    }
    if (state !== TCP_CLOSE) {
      return true;
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

  private addressAt(offset: number): IpAddress {
    return this.isIpv4 ? readIpv4(this.buffer, offset) : readIpv6(this.buffer, offset);
  }

  private findInfo(): void {
    const usual = this.start + this.usualInfoOffset;
    const isUsual =
      this.usualInfoHeader !== 0 &&
      usual + (this.usualInfoHeader & 0xffff) <= this.end &&
      this.view.getUint32(usual, true) === this.usualInfoHeader;
    const at = isUsual ? usual + 4 : this.attribute(INET_DIAG_INFO, 0);
    this.infoStart = at;
    this.infoBytes = at === 0 ? 0 : this.view.getUint16(at - 4, true) - 4;
    if (at !== 0 && !isUsual) {
      this.usualInfoOffset = at - 4 - this.start;
      this.usualInfoHeader = this.view.getUint32(at - 4, true);
    }
  }

  /** Where the value of the attribute begins; 0 when the message has none of that type with so many bytes. */
  private attribute(wanted: number, leastBytes: number): number {
    let at = this.start + MESSAGE_BYTES;
    while (at + 4 <= this.end) {
      const length = this.view.getUint16(at, true);
      if (length < 4 || at + length > this.end) {
        return 0;
      }
      if (this.view.getUint16(at + 2, true) === wanted && length >= 4 + leastBytes) {
        return at + 4;
      }
      at += (length + 3) & ~3;
    }
    return 0;
  }

  private info32(offset: number): number {
    return this.infoBytes >= offset + 4 ? this.view.getUint32(this.infoStart + offset, true) : 0;
  }

  private info64(offset: number): number {
    return this.infoBytes >= offset + 8 ? this.u64(this.infoStart + offset) : 0;
  }

  /** Exact below 2^53, which no counter or cookie reaches. */
  private u64(offset: number): number {
    return this.view.getUint32(offset, true) + this.view.getUint32(offset + 4, true) * 4_294_967_296;
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
const SEGS_OUT = 136;
const SEGS_IN = 140;
const MIN_RTT = 148;
const DATA_SEGS_IN = 152;
const BYTES_SENT = 200;
const BYTES_RETRANS = 208;
/** `~0U`: no sample. */
const NO_MIN_RTT = 0xffff_ffff;
