import { readIpv4, readIpv6, type IpAddress } from './ip-address.js';
import type { SocketProtocol, SocketRecord } from './socket-record.js';

/** `/proc/net/tcp` and `udp` have 8 hex digits an address, `tcp6` and `udp6` 32. */
const ROW =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+\s+\d+\s+\d+ (\d{1,15})\b/;

/**
 * The sockets in the text of `/proc/<pid>/net/tcp`, `tcp6`, `udp` or `udp6` (net/ipv4/tcp_ipv4.c, get_tcp4_sock):
 * tuples, states and inodes, no counters. Rows without an inode have no process any more and are left out.
 */
export function parseSocketTable(
  text: string,
  protocol: SocketProtocol,
  family: 'ipv4' | 'ipv6',
): SocketRecord[] {
  const records: SocketRecord[] = [];
  for (const line of text.split('\n')) {
    const [, local, localPort, peer, peerPort, state, inodeText] = ROW.exec(line) ?? [];
    const inode = Number(inodeText);
    if (local === undefined || peer === undefined || !(inode > 0)) {
      continue;
    }
    records.push({
      protocol,
      family,
      state: parseHex(state),
      localAddress: parseProcAddress(local),
      localPort: parseHex(localPort),
      peerAddress: parseProcAddress(peer),
      peerPort: parseHex(peerPort),
      // The inode lives as long as the socket's file: good enough to know it again.
      cookie: inode,
      inode,
      cgroupId: 0,
      ipv6Only: false,
      counters: undefined,
    });
  }
  return records;
}

/** The addresses of a namespace's interfaces, from the texts of `net/fib_trie` and `net/if_inet6`. */
export function parseLocalAddresses(fibTrie: string, ifInet6: string): Set<IpAddress> {
  const addresses = new Set<IpAddress>();
  let candidate = '';
  for (const line of fibTrie.split('\n')) {
    const leaf = /\|-- (\d+\.\d+\.\d+\.\d+)/.exec(line)?.[1];
    if (leaf !== undefined) {
      candidate = leaf;
    } else if (candidate !== '' && line.includes('/32 host LOCAL')) {
      addresses.add(candidate);
    }
  }
  for (const line of ifInet6.split('\n')) {
    const digits = /^([0-9a-f]{32}) /.exec(line)?.[1];
    if (digits !== undefined) {
      addresses.add(readIpv6(Buffer.from(digits, 'hex'), 0));
    }
  }
  return addresses;
}

function parseHex(digits: string | undefined): number {
  return Number.parseInt(digits ?? '0', 16);
}

/** Each group of 8 digits is one 32-bit word in the host's order, which is little-endian. */
function parseProcAddress(digits: string): IpAddress {
  const bytes = Buffer.from(digits, 'hex');
  bytes.swap32();
  return bytes.length === 4 ? readIpv4(bytes, 0) : readIpv6(bytes, 0);
}
