import { parseIpAddress, readIpv4, readIpv6, type IpAddress } from './ip-address.js';
import { NLM_F_DUMP, attribute, forEachAttribute, type NetlinkSocket } from './netlink.js';
import type { SocketProtocol } from './socket-record.js';

// Layouts and numbers: include/uapi/linux/netfilter/nfnetlink.h and nfnetlink_conntrack.h. Integers inside the
// attributes are big-endian, but the flags of a filter.
const NFNL_SUBSYS_CTNETLINK = 1 << 8;
const IPCTNL_MSG_CT_GET = 1;
const IPCTNL_MSG_CT_GET_STATS = 5;
const NFGENMSG_BYTES = 4;
const NLA_F_NESTED = 0x8000;
const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_REPLY = 2;
const CTA_STATUS = 3;
/** include/uapi/linux/netfilter/nf_conntrack_common.h */
const IPS_SEEN_REPLY = 1 << 1;
const CTA_TIMEOUT = 7;
const CTA_COUNTERS_ORIG = 9;
const CTA_COUNTERS_REPLY = 10;
const CTA_ID = 12;
const CTA_COUNTERS_PACKETS = 1;
const CTA_COUNTERS_BYTES = 2;
const CTA_FILTER = 25;
const CTA_FILTER_ORIG_FLAGS = 1;
const CTA_FILTER_REPLY_FLAGS = 2;
/** net/netfilter/nf_internals.h */
const CTA_FILTER_F_CTA_PROTO_NUM = 1 << 3;
const CTA_STATS_GLOBAL_ENTRIES = 1;
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
  /**
   * Tells it from an earlier one with the same tuples, mostly: it is made of them and of where the kernel keeps it, and that
   * place may be given again. 0 where the kernel does not say.
   */
  readonly id: number;
  /** After which it is forgotten, unless there are more packets. */
  readonly secondsLeft: number;
  /** As IP numbers protocols. */
  readonly protocol: number;
  readonly original: FlowTuple;
  readonly reply: FlowTuple;
  /** Packets have gone both ways. */
  readonly isAnswered: boolean;
  /** With the headers of IP and of what is in it; 0 unless net.netfilter.nf_conntrack_acct is on. */
  readonly originalBytes: number;
  readonly originalPackets: number;
  readonly replyBytes: number;
  readonly replyPackets: number;
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
  // ENOENT: not tracked; others: no conntrack in this kernel.
  const errno = socket.ask(type, 0, body, 'find a tracked connection', (buffer, start, end) => {
    flow = readFlow(buffer, start, end);
  });
  return errno === 0 ? flow : undefined;
}

/**
 * Visits the UDP flows that the socket's network namespace tracks. The kernel walks its whole table, which all
 * namespaces share: milliseconds, however few there are. Nothing where conntrack is not to be had.
 */
export function dumpUdpFlows(socket: NetlinkSocket, visit: (flow: TrackedFlow) => void): void {
  const entries = countFlows(socket);
  if (entries === 0) {
    return;
  }
  // A walk a family is dearer than to look at a few flows of TCP. Before Linux 5.8 the filter is overlooked.
  const bodies = entries < FEW_FLOWS ? [ALL_FAMILIES] : [udpFilter(AF_INET), udpFilter(AF_INET6)];
  for (const body of bodies) {
    const type = NFNL_SUBSYS_CTNETLINK | IPCTNL_MSG_CT_GET;
    socket.ask(type, NLM_F_DUMP, body, 'list tracked flows', (buffer, start, end) => {
      const flow = readFlow(buffer, start, end);
      if (flow?.protocol === PROTOCOLS.udp) {
        visit(flow);
      }
    });
  }
}

const FEW_FLOWS = 500;
const ALL_FAMILIES = Buffer.alloc(NFGENMSG_BYTES);

/** How many flows of any protocol the socket's namespace tracks; 0 where conntrack is not to be had. */
export function countFlows(socket: NetlinkSocket): number {
  let entries = 0;
  const type = NFNL_SUBSYS_CTNETLINK | IPCTNL_MSG_CT_GET_STATS;
  socket.ask(type, 0, ALL_FAMILIES, 'count tracked flows', (buffer, start, end) => {
    forEachAttribute(buffer, start + NFGENMSG_BYTES, end, (attributeType, from, to) => {
      if (attributeType === CTA_STATS_GLOBAL_ENTRIES && to - from >= 4) {
        entries = buffer.readUInt32BE(from);
      }
    });
  });
  return entries;
}

/** Whether an address or a port of either end was replaced on the way. */
export function isTranslated({ original, reply }: TrackedFlow): boolean {
  return (
    reply.source !== original.destination ||
    reply.sourcePort !== original.destinationPort ||
    reply.destination !== original.source ||
    reply.destinationPort !== original.sourcePort
  );
}

/** Reads a flow from the payload of a conntrack message; undefined when it does not hold two whole tuples. */
export function readFlow(buffer: Buffer, start: number, end: number): TrackedFlow | undefined {
  let original: FlowTuple | undefined;
  let reply: FlowTuple | undefined;
  let protocol = 0;
  let id = 0;
  let secondsLeft = 0;
  let isAnswered = false;
  let sent = NO_TRAFFIC;
  let answered = NO_TRAFFIC;
  forEachAttribute(buffer, start + NFGENMSG_BYTES, end, (type, from, to) => {
    switch (type) {
      case CTA_TUPLE_ORIG:
        original = readTuple(buffer, from, to);
        protocol = readProtocol(buffer, from, to);
        break;
      case CTA_TUPLE_REPLY:
        reply = readTuple(buffer, from, to);
        break;
      case CTA_STATUS:
        isAnswered = to - from >= 4 && (buffer.readUInt32BE(from) & IPS_SEEN_REPLY) !== 0;
        break;
      case CTA_TIMEOUT:
        secondsLeft = to - from >= 4 ? buffer.readUInt32BE(from) : 0;
        break;
      case CTA_ID:
        id = to - from >= 4 ? buffer.readUInt32BE(from) : 0;
        break;
      case CTA_COUNTERS_ORIG:
        sent = readTraffic(buffer, from, to);
        break;
      case CTA_COUNTERS_REPLY:
        answered = readTraffic(buffer, from, to);
        break;
    }
  });
  return (
    original &&
    reply && {
      id,
      secondsLeft,
      protocol,
      original,
      reply,
      isAnswered,
      originalBytes: sent.bytes,
      originalPackets: sent.packets,
      replyBytes: answered.bytes,
      replyPackets: answered.packets,
    }
  );
}

const NO_TRAFFIC = { bytes: 0, packets: 0 };

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

function readProtocol(buffer: Buffer, start: number, end: number): number {
  let protocol = 0;
  forEachAttribute(buffer, start, end, (part, partStart, partEnd) => {
    if (part === CTA_TUPLE_PROTO) {
      forEachAttribute(buffer, partStart, partEnd, (type, from, to) => {
        if (type === CTA_PROTO_NUM && to - from >= 1) {
          protocol = buffer.readUInt8(from);
        }
      });
    }
  });
  return protocol;
}

function readTraffic(buffer: Buffer, start: number, end: number): { bytes: number; packets: number } {
  const traffic = { ...NO_TRAFFIC };
  forEachAttribute(buffer, start, end, (type, from, to) => {
    if (to - from >= 8 && type === CTA_COUNTERS_BYTES) {
      traffic.bytes = Number(buffer.readBigUInt64BE(from));
    } else if (to - from >= 8 && type === CTA_COUNTERS_PACKETS) {
      traffic.packets = Number(buffer.readBigUInt64BE(from));
    }
  });
  return traffic;
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

/** The kernel takes a filter by protocol for one family at a time. */
function udpFilter(family: number): Buffer {
  const byProtocol = Buffer.alloc(4);
  byProtocol.writeUInt32LE(CTA_FILTER_F_CTA_PROTO_NUM);
  return Buffer.concat([
    Buffer.from([family, 0, 0, 0]),
    nested(CTA_TUPLE_ORIG, [
      nested(CTA_TUPLE_PROTO, [attribute(CTA_PROTO_NUM, Buffer.from([PROTOCOLS.udp]))]),
    ]),
    nested(CTA_FILTER, [
      attribute(CTA_FILTER_ORIG_FLAGS, byProtocol),
      attribute(CTA_FILTER_REPLY_FLAGS, Buffer.alloc(4)),
    ]),
  ]);
}

function nested(type: number, parts: readonly Buffer[]): Buffer {
  return attribute(type | NLA_F_NESTED, Buffer.concat(parts));
}
