import { parseIpAddress, readIpv4, readIpv6, type IpAddress } from './ip-address.js';
import { NetlinkError, attribute, forEachAttribute, type NetlinkSocket } from './netlink.js';
import type { SocketProtocol } from './socket-record.js';

// Layouts and numbers: include/uapi/linux/netfilter/nfnetlink.h and nfnetlink_conntrack.h. Integers inside the
// attributes are big-endian.
const NFNL_SUBSYS_CTNETLINK = 1 << 8;
const IPCTNL_MSG_CT_GET = 1;
const NFGENMSG_BYTES = 4;
const NLA_F_NESTED = 0x8000;
const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_REPLY = 2;
const CTA_COUNTERS_ORIG = 9;
const CTA_COUNTERS_REPLY = 10;
const CTA_COUNTERS_BYTES = 2;
const CTA_TUPLE_IP = 1;
const CTA_TUPLE_PROTO = 2;
const CTA_IP_V4_SRC = 1;
const CTA_IP_V4_DST = 2;
const CTA_IP_V6_SRC = 3;
const CTA_IP_V6_DST = 4;
const CTA_PROTO_NUM = 1;
const CTA_PROTO_SRC_PORT = 2;
const CTA_PROTO_DST_PORT = 3;
const AF_INET = 2;
const AF_INET6 = 10;
const PROTOCOLS: Readonly<Record<SocketProtocol, number>> = { tcp: 6, udp: 17 };

/** Packets of one direction: from here to there. */
export interface FlowTuple {
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destination: IpAddress;
  readonly destinationPort: number;
}

/** One tracked connection. Where no address is translated, `reply` is `original` turned round. */
export interface TrackedFlow {
  readonly original: FlowTuple;
  readonly reply: FlowTuple;
  /** 0 unless net.netfilter.nf_conntrack_acct is on. */
  readonly originalBytes: number;
  readonly replyBytes: number;
}

/**
 * Asks the socket's network namespace for the connection that has the tuple in that direction. Undefined when it is
 * not tracked there, or conntrack is not in use. Needs CAP_NET_ADMIN.
 */
export function findFlow(
  socket: NetlinkSocket,
  protocol: SocketProtocol,
  tuple: FlowTuple,
  direction: 'original' | 'reply',
): TrackedFlow | undefined {
  let flow: TrackedFlow | undefined;
  const type = NFNL_SUBSYS_CTNETLINK | IPCTNL_MSG_CT_GET;
  const body = flowRequest(protocol, tuple, direction);
  try {
    socket.request(type, 0, body, 'find a tracked connection', (buffer, start, end) => {
      flow = readFlow(buffer, start, end);
    });
  } catch (error) {
    // ENOENT: not tracked; others: no conntrack in this kernel.
    if (error instanceof NetlinkError) {
      return undefined;
    }
    throw error;
  }
  return flow;
}

/** Reads a flow from the payload of a conntrack message; undefined when it does not hold two whole tuples. */
export function readFlow(buffer: Buffer, start: number, end: number): TrackedFlow | undefined {
  let original: FlowTuple | undefined;
  let reply: FlowTuple | undefined;
  let originalBytes = 0;
  let replyBytes = 0;
  forEachAttribute(buffer, start + NFGENMSG_BYTES, end, (type, from, to) => {
    switch (type) {
      case CTA_TUPLE_ORIG:
        original = readTuple(buffer, from, to);
        break;
      case CTA_TUPLE_REPLY:
        reply = readTuple(buffer, from, to);
        break;
      case CTA_COUNTERS_ORIG:
        originalBytes = readByteCount(buffer, from, to);
        break;
      case CTA_COUNTERS_REPLY:
        replyBytes = readByteCount(buffer, from, to);
        break;
    }
  });
  return original && reply && { original, reply, originalBytes, replyBytes };
}

function readTuple(buffer: Buffer, start: number, end: number): FlowTuple | undefined {
  let source: IpAddress | undefined;
  let destination: IpAddress | undefined;
  let sourcePort = 0;
  let destinationPort = 0;
  forEachAttribute(buffer, start, end, (part, partStart, partEnd) => {
    forEachAttribute(buffer, partStart, partEnd, (type, from, to) => {
      const length = to - from;
      if (part === CTA_TUPLE_PROTO && length >= 2) {
        if (type === CTA_PROTO_SRC_PORT) {
          sourcePort = buffer.readUInt16BE(from);
        } else if (type === CTA_PROTO_DST_PORT) {
          destinationPort = buffer.readUInt16BE(from);
        }
      } else if (part === CTA_TUPLE_IP) {
        if (type === CTA_IP_V4_SRC && length >= 4) {
          source = readIpv4(buffer, from);
        } else if (type === CTA_IP_V4_DST && length >= 4) {
          destination = readIpv4(buffer, from);
        } else if (type === CTA_IP_V6_SRC && length >= 16) {
          source = readIpv6(buffer, from);
        } else if (type === CTA_IP_V6_DST && length >= 16) {
          destination = readIpv6(buffer, from);
        }
      }
    });
  });
  return source === undefined || destination === undefined
    ? undefined
    : { source, sourcePort, destination, destinationPort };
}

function readByteCount(buffer: Buffer, start: number, end: number): number {
  let bytes = 0;
  forEachAttribute(buffer, start, end, (type, from, to) => {
    if (type === CTA_COUNTERS_BYTES && to - from >= 8) {
      bytes = Number(buffer.readBigUInt64BE(from));
    }
  });
  return bytes;
}

function flowRequest(protocol: SocketProtocol, tuple: FlowTuple, direction: 'original' | 'reply'): Buffer {
  const source = parseIpAddress(tuple.source);
  const destination = parseIpAddress(tuple.destination);
  const isIpv4 = source.length === 4;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(tuple.sourcePort, 0);
  ports.writeUInt16BE(tuple.destinationPort, 2);
  return Buffer.concat([
    // struct nfgenmsg: family, version, resource id.
    Buffer.from([isIpv4 ? AF_INET : AF_INET6, 0, 0, 0]),
    nested(direction === 'original' ? CTA_TUPLE_ORIG : CTA_TUPLE_REPLY, [
      nested(CTA_TUPLE_IP, [
        attribute(isIpv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, source),
        attribute(isIpv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, destination),
      ]),
      nested(CTA_TUPLE_PROTO, [
        attribute(CTA_PROTO_NUM, Buffer.from([PROTOCOLS[protocol]])),
        attribute(CTA_PROTO_SRC_PORT, ports.subarray(0, 2)),
        attribute(CTA_PROTO_DST_PORT, ports.subarray(2, 4)),
      ]),
    ]),
  ]);
}

function nested(type: number, parts: readonly Buffer[]): Buffer {
  return attribute(type | NLA_F_NESTED, Buffer.concat(parts));
}
