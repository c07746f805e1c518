import { readIpv4, readIpv6, type IpAddress } from './ip-address.js';
import { SystemCallError, type Libc } from './libc.js';

// include/uapi/linux/if_packet.h, if_ether.h, filter.h; include/uapi/asm-generic/socket.h.
const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_ATTACH_FILTER = 26;
const SO_RCVBUFFORCE = 33;
const ETH_P_ALL = 3;
const MSG_DONTWAIT = 0x40;
const PURPOSE = 'listen for DNS answers and questions';

/** A message to or from port 53. */
export interface PassingMessage {
  readonly source: { readonly address: IpAddress; readonly port: number };
  readonly destination: { readonly address: IpAddress; readonly port: number };
  /** Cut short where its packet was; good until the next packet is taken. */
  readonly payload: Buffer;
}

/**
 * DNS packets that pass any interface of the exporter's network namespace, by a packet socket whose filter lets nothing
 * else through: what the host asks for, and what crosses its bridges and routes, once for each interface that it
 * passes. Of TCP, where a message mostly is one segment, it takes what is in the segment that the message begins in. Needs
 * CAP_NET_RAW. It only listens. Packets wait in the socket's buffer until they are taken.
 */
export class DnsCapture {
  private constructor(
    private readonly libc: Libc,
    private readonly fd: number,
  ) {}

  /** @throws SystemCallError, refused where CAP_NET_RAW is missing */
  static open(libc: Libc): DnsCapture {
    // Protocol 0 receives nothing until the filter is in place and the socket is bound.
    const fd = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw new SystemCallError('socket', libc.errno(), PURPOSE);
    }
    try {
      attachFilter(libc, fd);
      if (libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(RECEIVE_BUFFER_BYTES), 4) < 0) {
        libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, int32(RECEIVE_BUFFER_BYTES), 4);
      }
      // struct sockaddr_ll: family, protocol in network order, interface 0 for all, and three empty fields.
      const address = Buffer.alloc(20);
      address.writeUInt16LE(AF_PACKET, 0);
      address.writeUInt16BE(ETH_P_ALL, 2);
      if (libc.bind(fd, address, address.length) < 0) {
        throw new SystemCallError('bind', libc.errno(), PURPOSE);
      }
    } catch (error) {
      libc.close(fd);
      throw error;
    }
    return new DnsCapture(libc, fd);
  }

  /** Takes what has arrived, a bounded number at a time; does not wait. */
  take(onMessage: (message: PassingMessage) => void): void {
    for (let left = MOST_AT_ONCE; left > 0; left--) {
      const length = this.libc.recv(this.fd, packet, packet.length, MSG_DONTWAIT);
      if (length <= 0) {
        return;
      }
      readMessages(packet.subarray(0, length)).forEach(onMessage);
    }
  }

  close(): void {
    this.libc.close(this.fd);
  }
}

/** The messages that an IP packet carries, of UDP or TCP to or from port 53 (RFC 791, 8200, 768, 9293, 1035). */
export function readMessages(bytes: Buffer): PassingMessage[] {
  const version = (bytes[0] ?? 0) >> 4;
  const ip = version === 4 ? ((bytes[0] ?? 0) & 0xf) * 4 : IPV6_HEADER_BYTES;
  if ((version !== 4 && version !== 6) || ip < 20 || ip + UDP_HEADER_BYTES > bytes.length) {
    return [];
  }
  const address = (at: number): IpAddress =>
    version === 4 ? readIpv4(bytes, 12 + 4 * at) : readIpv6(bytes, 8 + 16 * at);
  const ends = {
    source: { address: address(0), port: bytes.readUInt16BE(ip) },
    destination: { address: address(1), port: bytes.readUInt16BE(ip + 2) },
  };
  const isTcp = bytes[version === 4 ? 9 : 6] === IPPROTO_TCP;
  // What is behind the packet's end is an Ethernet frame's padding.
  const packetEnd = version === 4 ? bytes.readUInt16BE(2) : ip + bytes.readUInt16BE(4);
  const payloads = isTcp
    ? messagesOfSegment(bytes.subarray(ip, packetEnd))
    : messageOfDatagram(bytes.subarray(ip));
  return payloads.map((payload) => ({ ...ends, payload }));
}

function messageOfDatagram(datagram: Buffer): Buffer[] {
  const end = datagram.readUInt16BE(4);
  return end < UDP_HEADER_BYTES ? [] : [datagram.subarray(UDP_HEADER_BYTES, end)];
}

/** Each message has its length before it (RFC 1035, 4.2.2); several may be in one segment. */
function messagesOfSegment(segment: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  let at = ((segment[12] ?? 0) >> 4) * 4;
  let left = at < TCP_HEADER_BYTES ? 0 : MOST_OF_SEGMENT;
  while (left-- > 0 && at + LENGTH_BYTES <= segment.length) {
    const start = at + LENGTH_BYTES;
    at = start + segment.readUInt16BE(at);
    messages.push(segment.subarray(start, at));
  }
  return messages;
}

const IPPROTO_TCP = 6;
const IPV6_HEADER_BYTES = 40;
const UDP_HEADER_BYTES = 8;
const TCP_HEADER_BYTES = 20;
const LENGTH_BYTES = 2;
/** Resolvers ask for two kinds of addresses at once. */
const MOST_OF_SEGMENT = 8;

const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;
const MOST_AT_ONCE = 2_000;
/** More than EDNS servers send over UDP, and than most segments hold. */
const packet = Buffer.alloc(8 * 1024);

/**
 * Classic BPF (Documentation/networking/filter.rst): UDP or TCP from or to port 53, the first fragment, over IPv4, or
 * over IPv6 without extension headers. Offsets are from the IP header: the socket is a cooked one. Each is code, jump if
 * true, jump if false, constant.
 */
const FILTER: readonly (readonly [number, number, number, number])[] = [
  [0x30, 0, 0, 0], //       load byte 0: the version
  [0x54, 0, 0, 0xf0],
  [0x15, 0, 10, 0x40], //   IPv4? else on to IPv6
  [0x30, 0, 0, 9],
  [0x15, 1, 0, 17], //      UDP?
  [0x15, 0, 16, 6], //      TCP? else drop
  [0x28, 0, 0, 6],
  [0x45, 14, 0, 0x1fff], // a later fragment? drop
  [0xb1, 0, 0, 0], //       X = length of the header
  [0x48, 0, 0, 0],
  [0x15, 10, 0, 53], //     from port 53? accept
  [0x48, 0, 0, 2],
  [0x15, 8, 9, 53], //      to port 53? accept, else drop
  [0x15, 0, 8, 0x60], //    IPv6? else drop
  [0x30, 0, 0, 6],
  [0x15, 1, 0, 17],
  [0x15, 0, 5, 6],
  [0x28, 0, 0, 40],
  [0x15, 2, 0, 53],
  [0x28, 0, 0, 42],
  [0x15, 0, 1, 53],
  [0x06, 0, 0, 0xffff], //  accept
  [0x06, 0, 0, 0], //       drop
];

function attachFilter(libc: Libc, fd: number): void {
  const program = Buffer.alloc(FILTER.length * 8);
  FILTER.forEach(([code, ifTrue, ifFalse, constant], index) => {
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(ifTrue, index * 8 + 2);
    program.writeUInt8(ifFalse, index * 8 + 3);
    program.writeUInt32LE(constant, index * 8 + 4);
  });
  // struct sock_fprog: how many, and a pointer to them.
  const pointerBytes = libc.pointerBytes;
  const header = Buffer.alloc(2 * pointerBytes);
  header.writeUInt16LE(FILTER.length, 0);
  const address = libc.address(program);
  if (pointerBytes === 8) {
    header.writeBigUInt64LE(address, 8);
  } else {
    header.writeUInt32LE(Number(address), 4);
  }
  if (libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, header, header.length) < 0) {
    throw new SystemCallError('setsockopt', libc.errno(), PURPOSE);
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
