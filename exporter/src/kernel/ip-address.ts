/** An address in its usual text form: dotted quad, or RFC 5952 for IPv6. IPv4-mapped IPv6 is written as IPv4. */
export type IpAddress = string;

export const UNSPECIFIED_IPV4 = '0.0.0.0';
export const UNSPECIFIED_IPV6 = '::';

/** Reads 4 bytes at `offset`. */
export function readIpv4(buffer: Buffer, offset: number): IpAddress {
  const key = buffer.readUInt32BE(offset);
  const known = ipv4Texts.get(key);
  if (known !== undefined) {
    return known;
  }
  const text = `${key >>> 24}.${(key >>> 16) & 255}.${(key >>> 8) & 255}.${key & 255}`;
  if (ipv4Texts.size >= MOST_TEXTS) {
    ipv4Texts.clear();
  }
  ipv4Texts.set(key, text);
  return text;
}

/** Reads 16 bytes at `offset`. */
export function readIpv6(buffer: Buffer, offset: number): IpAddress {
  if (
    buffer.readUInt32BE(offset) === 0 &&
    buffer.readUInt32BE(offset + 4) === 0 &&
    buffer.readUInt32BE(offset + 8) === 0xffff
  ) {
    return readIpv4(buffer, offset + 12);
  }
  const key = buffer.toString('latin1', offset, offset + 16);
  const known = ipv6Texts.get(key);
  if (known !== undefined) {
    return known;
  }
  const text = writeIpv6(buffer, offset);
  if (ipv6Texts.size >= MOST_TEXTS) {
    ipv6Texts.clear();
  }
  ipv6Texts.set(key, text);
  return text;
}

/** The 4 or 16 bytes of an address in text form. */
export function parseIpAddress(address: IpAddress): Buffer {
  if (!address.includes(':')) {
    return Buffer.from(address.split('.').map(Number));
  }
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const bytes = Buffer.alloc(16);
  before.forEach((group, index) => bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2));
  after.forEach((group, index) =>
    bytes.writeUInt16BE(Number.parseInt(group, 16), 16 - (after.length - index) * 2),
  );
  return bytes;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(address: IpAddress): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** True for 0.0.0.0 and ::. */
export function isUnspecified(address: IpAddress): boolean {
  return address === UNSPECIFIED_IPV4 || address === UNSPECIFIED_IPV6;
}

/** True for multicast, and for the broadcast to everybody on a link. */
export function isGroup(address: IpAddress): boolean {
  if (address.includes(':')) {
    return address.startsWith('ff');
  }
  const first = Number.parseInt(address, 10);
  return (first >= 224 && first <= 239) || address === '255.255.255.255';
}

/** True for what is routed on the Internet: neither private, shared, link-local, loopback, multicast nor reserved. */
export function isPublic(address: IpAddress): boolean {
  return address.includes(':') ? isPublicIpv6(address) : isPublicIpv4(address);
}

const MOST_TEXTS = 65_536;
const ipv4Texts = new Map<number, IpAddress>();
const ipv6Texts = new Map<string, IpAddress>();

/** RFC 5952. */
function writeIpv6(buffer: Buffer, offset: number): IpAddress {
  const groups: number[] = [];
  for (let at = offset; at < offset + 16; at += 2) {
    groups.push(buffer.readUInt16BE(at));
  }
  const [from, length] = longestZeroRun(groups);
  if (length < 2) {
    return groups.map(hex).join(':');
  }
  return `${groups.slice(0, from).map(hex).join(':')}::${groups
    .slice(from + length)
    .map(hex)
    .join(':')}`;
}

function hex(group: number): string {
  return group.toString(16);
}

function longestZeroRun(groups: readonly number[]): readonly [from: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  let from = 0;
  groups.forEach((group, index) => {
    if (group !== 0) {
      from = index + 1;
    } else if (index + 1 - from > best[1]) {
      best = [from, index + 1 - from];
    }
  });
  return best;
}

/** IANA's IPv4 special-purpose registry, the parts that are not globally reachable. */
function isPublicIpv4(address: IpAddress): boolean {
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number);
  if (a === 0 || a === 10 || a === 127 || a >= 224) {
    return false;
  }
  return !(
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113)
  );
}

/** Global unicast is 2000::/3, less documentation (2001:db8::/32, 3fff::/20). */
function isPublicIpv6(address: IpAddress): boolean {
  const [first = '', second = ''] = address.split(':');
  const top = Number.parseInt(first === '' ? '0' : first, 16);
  return top >= 0x2000 && top <= 0x3fff && !(first === '2001' && second === 'db8') && top !== 0x3fff;
}
