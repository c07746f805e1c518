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
  const inUse = (text: string, protocol: string): number =>
    Number(new RegExp(`^${protocol}: inuse (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    tcp4: inUse(sockstat, 'TCP'),
    tcp6: inUse(sockstat6, 'TCP6'),
    udp4: inUse(sockstat, 'UDP'),
    udp6: inUse(sockstat6, 'UDP6'),
  };
}
