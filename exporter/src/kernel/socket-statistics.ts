/** Sockets that are bound or connected in one network namespace, TIME_WAIT left out, by protocol and family. */
export interface SocketsInUse {
  readonly tcp4: number;
  readonly tcp6: number;
  readonly udp4: number;
  readonly udp6: number;
}

/**
 * Reads `/proc/<pid>/net/sockstat` and `sockstat6` (net/ipv4/proc.c and net/ipv6/proc.c): a few numbers, where a
 * dump makes the kernel walk the sockets of every namespace. A kernel without IPv6 has no second file.
 */
export function parseSocketsInUse(sockstat: string, sockstat6: string): SocketsInUse {
  return {
    tcp4: inUse(TCP, sockstat),
    tcp6: inUse(TCP6, sockstat6),
    udp4: inUse(UDP, sockstat),
    udp6: inUse(UDP6, sockstat6),
  };
}

const TCP = /^TCP: inuse (\d+)/m;
const TCP6 = /^TCP6: inuse (\d+)/m;
const UDP = /^UDP: inuse (\d+)/m;
const UDP6 = /^UDP6: inuse (\d+)/m;

function inUse(line: RegExp, text: string): number {
  return Number(line.exec(text)?.[1] ?? 0);
}
