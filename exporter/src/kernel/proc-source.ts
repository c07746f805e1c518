import { readFileSync } from 'node:fs';
import type { IpAddress } from './ip-address.js';
import { parseLocalAddresses, parseSocketTable } from './proc-net.js';
import {
  TCP_LISTEN,
  TCP_SYN_RECV,
  TCP_TIME_WAIT,
  type SocketProtocol,
  type SocketRecord,
} from './socket-record.js';
import type { SocketSource, SocketVisitors } from './socket-source.js';
import { parseSocketsInUse } from './socket-statistics.js';

/**
 * The fallback: `/proc/<pid>/net`, read through a process that lives in the namespace. It needs no rights, and knows
 * neither bytes nor what happens between two passes. A table takes the kernel milliseconds: on a host with many
 * namespaces in which something listens, passes are up to half a minute apart.
 */
export class ProcSource implements SocketSource {
  readonly mode = 'proc';
  readonly events = undefined;
  private readonly pidOf = new Map<number, number>();

  constructor(private readonly procRoot: string) {}

  open(namespace: number, pid: number): boolean {
    this.pidOf.set(namespace, pid);
    return true;
  }

  release(namespace: number): void {
    this.pidOf.delete(namespace);
  }

  visitSockets(namespace: number, visitors: SocketVisitors): void {
    for (const record of this.sockets(namespace, 'tcp')) {
      if (record.state === TCP_LISTEN) {
        visitors.listener(record);
      } else if (record.state !== TCP_TIME_WAIT && record.state !== TCP_SYN_RECV) {
        visitors.connection(record);
      }
    }
    for (const record of this.sockets(namespace, 'udp')) {
      visitors.udp(record);
    }
  }

  /** A table takes longer to read than to look for a holder in vain. */
  mayBeHeld(): boolean {
    return true;
  }

  addresses(namespace: number): ReadonlySet<IpAddress> {
    return parseLocalAddresses(this.read(namespace, 'fib_trie'), this.read(namespace, 'if_inet6'));
  }

  findFlow(): undefined {
    return undefined;
  }

  visitUdpFlows(): void {
    // Connection tracking is asked through netlink.
  }

  trackedFlows(): number {
    return 0;
  }

  announcesEnds(): boolean {
    return false;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The kernel walks the sockets of the whole host for each of TCP's tables, even where it lists none. */
  private sockets(namespace: number, protocol: SocketProtocol): SocketRecord[] {
    const sockstat = this.read(namespace, 'sockstat');
    const inUse = parseSocketsInUse(sockstat, this.read(namespace, 'sockstat6'));
    const isUnknown = sockstat === '';
    return [
      ...(isUnknown || inUse[`${protocol}4`] > 0 ? this.table(namespace, protocol, 'ipv4') : []),
      ...(isUnknown || inUse[`${protocol}6`] > 0 ? this.table(namespace, protocol, 'ipv6') : []),
    ];
  }

  private table(namespace: number, protocol: SocketProtocol, family: 'ipv4' | 'ipv6'): SocketRecord[] {
    const file = family === 'ipv4' ? protocol : `${protocol}6`;
    return parseSocketTable(this.read(namespace, file), protocol, family);
  }

  /** Empty when the process has ended, or the kernel has no IPv6. */
  private read(namespace: number, file: string): string {
    const pid = this.pidOf.get(namespace);
    try {
      return pid === undefined ? '' : readFileSync(`${this.procRoot}/${pid}/net/${file}`, 'latin1');
    } catch {
      return '';
    }
  }
}
