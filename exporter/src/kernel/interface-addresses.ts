import { readIpv4, readIpv6, type IpAddress } from './ip-address.js';
import { NLM_F_DUMP, forEachAttribute, type NetlinkSocket } from './netlink.js';

// include/uapi/linux/rtnetlink.h and if_addr.h.
const RTM_GETADDR = 22;
const RTM_NEWADDR = 20;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
/** `struct ifaddrmsg`: family, prefix length, flags, scope, index. */
const IFADDRMSG_BYTES = 8;
const AF_INET = 2;
const AF_INET6 = 10;

/** An address, the index of its interface, and the kernel's scope of it (rtnetlink(7): `rtm_scope`). */
export interface InterfaceAddress {
  readonly index: number;
  readonly address: IpAddress;
  readonly scope: number;
}

/** Every address in the route socket's network namespace: of loopback and of interfaces that are down, too. */
export function interfaceAddresses(route: NetlinkSocket): InterfaceAddress[] {
  const addresses: InterfaceAddress[] = [];
  const body = Buffer.alloc(IFADDRMSG_BYTES);
  route.request(RTM_GETADDR, NLM_F_DUMP, body, 'list interface addresses', (buffer, start, end, type) => {
    if (type === RTM_NEWADDR) {
      const address = readInterfaceAddress(buffer, start, end);
      if (address !== undefined) {
        addresses.push({
          index: buffer.readUInt32LE(start + 4),
          address,
          scope: buffer.readUInt8(start + 3),
        });
      }
    }
  });
  return addresses;
}

/** The address in one `RTM_NEWADDR` payload; undefined when there is none in it. */
export function readInterfaceAddress(buffer: Buffer, start: number, end: number): IpAddress | undefined {
  if (end - start < IFADDRMSG_BYTES) {
    return undefined;
  }
  const family = buffer.readUInt8(start);
  let local: IpAddress | undefined;
  let address: IpAddress | undefined;
  forEachAttribute(buffer, start + IFADDRMSG_BYTES, end, (type, from, to) => {
    if (type === IFA_LOCAL) {
      local = readAddress(buffer, family, from, to);
    } else if (type === IFA_ADDRESS) {
      address = readAddress(buffer, family, from, to);
    }
  });
  // On a point-to-point link IFA_ADDRESS is the other end.
  return local ?? address;
}

function readAddress(buffer: Buffer, family: number, from: number, to: number): IpAddress | undefined {
  if (family === AF_INET && to - from >= 4) {
    return readIpv4(buffer, from);
  }
  return family === AF_INET6 && to - from >= 16 ? readIpv6(buffer, from) : undefined;
}
