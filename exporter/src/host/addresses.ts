import { readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { interfaceAddresses } from '../kernel/interface-addresses.js';
import type { RecordReader } from '../kernel/kept-files.js';
import { loadLibc } from '../kernel/libc.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../kernel/netlink.js';
import { readOneRecord } from '../kernel/small-file.js';

export interface HostAddress {
  readonly interface: string;
  readonly ip: string;
  /** As the kernel's address scopes: `host` for loopback, `link` for link-local addresses, else `global`. */
  readonly scope: 'host' | 'link' | 'global';
}

/** Lists the host's addresses, and gives back what it holds open for that. */
export interface HostAddresses {
  list(): readonly HostAddress[];
  close(): void;
}

// include/uapi/linux/rtnetlink.h
const RT_SCOPE_LINK = 253;
const RT_SCOPE_HOST = 254;

/**
 * Follows the addresses in the network namespace that the exporter runs in, which must be the host's. The kernel is
 * asked through netlink, since Node.js leaves out interfaces that are down, such as a bridge without containers,
 * whose address is the host's all the same. Where netlink cannot be had, Node.js's list has to do.
 */
export function createHostAddresses(sysRoot: string): HostAddresses {
  let route: NetlinkSocket;
  try {
    route = NetlinkSocket.open(loadLibc(), NETLINK_ROUTE, "list the host's addresses");
  } catch {
    return { list: () => addressesByNode(networkInterfaces()), close: () => undefined };
  }
  const namesOf = createInterfaceNames(() => readInterfaceNames(sysRoot));
  return {
    list() {
      const addresses = interfaceAddresses(route);
      const names = namesOf(addresses.map(({ index }) => index));
      return addresses.map(({ index, address, scope }) => ({
        interface: names.get(index) ?? '',
        ip: address,
        scope: scope === RT_SCOPE_HOST ? 'host' : scope === RT_SCOPE_LINK ? 'link' : 'global',
      }));
    },
    close: () => route.close(),
  };
}

/** The same from what Node.js knows. */
export function addressesByNode(interfaces: ReturnType<typeof networkInterfaces>): HostAddress[] {
  return Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? []).map(({ address, internal }) => ({
      interface: name,
      ip: address,
      scope: internal ? 'host' : scopeOf(address),
    })),
  );
}

/** fe80::/10 (RFC 4291, 2.5.6) and 169.254.0.0/16 (RFC 3927) are good on one link only. */
export function scopeOf(address: string): HostAddress['scope'] {
  return /^(?:fe[89ab][0-9a-f]:|169\.254\.)/i.test(address) ? 'link' : 'global';
}

const READ_AGAIN_MS = 60_000;

/**
 * Keeps the names of interfaces by their index, for a file has to be read for each: they are read again when an index
 * is not among them, and each minute, since an interface may take another name.
 */
export function createInterfaceNames(
  read: () => ReadonlyMap<number, string>,
  now = () => performance.now(),
): (indexes: readonly number[]) => ReadonlyMap<number, string> {
  let names: ReadonlyMap<number, string> = new Map();
  let readAt = -Infinity;
  return (indexes) => {
    if (now() - readAt >= READ_AGAIN_MS || indexes.some((index) => !names.has(index))) {
      names = read();
      readAt = now();
    }
    return names;
  };
}

/**
 * Interfaces by their index. One that vanishes meanwhile is left out: while it goes, the kernel still has its file but
 * answers EINVAL (net/core/net-sysfs.c, netdev_show).
 */
export function readInterfaceNames(sysRoot: string, read: RecordReader = readOneRecord): Map<number, string> {
  const folder = `${sysRoot}/class/net`;
  const names = new Map<number, string>();
  for (const name of readdirSync(folder)) {
    try {
      const index = read(`${folder}/${name}/ifindex`);
      if (index !== undefined) {
        names.set(Number(index.toString('latin1')), name);
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) {
        throw error;
      }
    }
  }
  return names;
}
