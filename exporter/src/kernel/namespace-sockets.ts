import { interfaceAddresses } from './interface-addresses.js';
import type { IpAddress } from './ip-address.js';
import type { Libc } from './libc.js';
import { NETLINK_ROUTE, NETLINK_SOCK_DIAG, NetlinkSocket } from './netlink.js';
import { KeptFile } from './small-file.js';
import { dumpConnections, dumpListeners, dumpUdp, isHeld, type ConnectionIdentity } from './sock-diag.js';
import { copySocketRecord, type SocketRecord } from './socket-record.js';
import type { SocketVisitors } from './socket-source.js';
import { parseSocketsInUse, type SocketsInUse } from './socket-statistics.js';

// Groups of include/uapi/linux/rtnetlink.h, as a mask.
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV6_IFADDR = 0x100;

/**
 * The sockets and addresses of one network namespace. A host has many namespaces in which nothing happens from one
 * pass to the next: a few numbers say so, and save the dumps, for which the kernel walks tables of the whole host.
 */
export class NamespaceSockets {
  private listeners: readonly SocketRecord[] = [];
  /** As counted when the listeners were listed. */
  private lastInUse: SocketsInUse | undefined;
  private visitsSinceListed = 0;
  private known: ReadonlySet<IpAddress> | undefined;

  private constructor(
    private readonly diag: NetlinkSocket,
    private readonly route: NetlinkSocket,
    private readonly addressNews: NetlinkSocket,
    private readonly statistics: KeptFile | undefined,
    private readonly statistics6: KeptFile | undefined,
  ) {}

  /** For the namespace that the thread is in now; `netFolder` is `/proc/<pid>/net` of a process that lives there. */
  static open(libc: Libc, netFolder: string): NamespaceSockets {
    const groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    const opened: NetlinkSocket[] = [];
    const open = (protocol: number, purpose: string, mask = 0): NetlinkSocket => {
      const socket = NetlinkSocket.open(libc, protocol, purpose, mask);
      opened.push(socket);
      return socket;
    };
    try {
      return new NamespaceSockets(
        open(NETLINK_SOCK_DIAG, 'list sockets'),
        open(NETLINK_ROUTE, 'list interface addresses'),
        open(NETLINK_ROUTE, 'hear of interface addresses', groups),
        KeptFile.open(`${netFolder}/sockstat`),
        KeptFile.open(`${netFolder}/sockstat6`),
      );
    } catch (error) {
      opened.forEach((socket) => socket.close());
      throw error;
    }
  }

  /** A socket of this namespace has ended, or may have: the listeners are listed again. */
  noteEnd(): void {
    this.lastInUse = undefined;
  }

  visit(visitors: SocketVisitors): void {
    const inUse = this.socketsInUse();
    this.visitsSinceListed++;
    if (!isSameTcp(inUse, this.lastInUse) || this.visitsSinceListed >= MOST_VISITS) {
      const listeners: SocketRecord[] = [];
      if (inUse.tcp4 + inUse.tcp6 > 0) {
        dumpListeners(this.diag, (record) => listeners.push(copySocketRecord(record)));
      }
      this.listeners = listeners;
      this.lastInUse = inUse;
      this.visitsSinceListed = 0;
    }
    const { listeners } = this;
    listeners.forEach((record) => visitors.listener(record));
    if (inUse.udp4 + inUse.udp6 > 0) {
      dumpUdp(this.diag, (record) => visitors.udp(record));
    }
    const ipv4Listeners = listeners.filter(({ family }) => family === 'ipv4').length;
    if (inUse.tcp4 > ipv4Listeners) {
      dumpConnections(this.diag, 'ipv4', (record) => visitors.connection(record));
    }
    if (inUse.tcp6 > listeners.length - ipv4Listeners) {
      dumpConnections(this.diag, 'ipv6', (record) => visitors.connection(record));
    }
  }

  mayBeHeld(identity: ConnectionIdentity): boolean {
    return isHeld(this.diag, identity);
  }

  addresses(): ReadonlySet<IpAddress> {
    // The news come first: an address that appears while the list is read is read again the next time.
    if (this.addressNews.drain('hear of interface addresses') || this.known === undefined) {
      this.known = new Set(interfaceAddresses(this.route).map(({ address }) => address));
    }
    return this.known;
  }

  close(): void {
    this.diag.close();
    this.route.close();
    this.addressNews.close();
    this.statistics?.close();
    this.statistics6?.close();
  }

  private socketsInUse(): SocketsInUse {
    const sockstat = this.statistics?.read()?.toString('latin1');
    // May not be read: there may be anything. A kernel without IPv6 has no second file.
    return sockstat === undefined
      ? UNKNOWN_IN_USE
      : parseSocketsInUse(sockstat, this.statistics6?.read()?.toString('latin1') ?? '');
  }
}

/**
 * A socket that lost its connection is no longer counted, and not announced while it is kept: a listener may hide
 * behind it.
 */
const MOST_VISITS = 12;
const UNKNOWN_IN_USE: SocketsInUse = { tcp4: Infinity, tcp6: Infinity, udp4: Infinity, udp6: Infinity };

function isSameTcp(now: SocketsInUse, before: SocketsInUse | undefined): boolean {
  return now.tcp4 !== Infinity && now.tcp4 === before?.tcp4 && now.tcp6 === before.tcp6;
}
