import type { Libc } from './libc.js';
import { NETLINK_ROUTE, NetlinkSocket, forEachAttribute } from './netlink.js';

// include/uapi/linux/rtnetlink.h and net_namespace.h; RTNLGRP_NSID is 28, as a mask.
const RTMGRP_NSID = 1 << 27;
const RTM_NEWNSID = 88;
const NETNSA_NSID = 1;
/** `struct rtgenmsg`, padded. */
const RTGENMSG_BYTES = 4;
const PURPOSE = 'hear of ids of network namespaces';

/**
 * How often each id of a network namespace has been given since this began. The kernel gives the lowest one that is free:
 * what was announced of a namespace that is gone bears the id of the next.
 */
export class NamespaceIds {
  private readonly given = new Map<number, number>();

  private constructor(
    private readonly socket: NetlinkSocket,
    private readonly onNews: () => void,
  ) {}

  /**
   * For the ids that the namespace which the thread is in gives to others; `onNews` is called when some were given, or
   * may have been. Throws SystemCallError.
   */
  static open(libc: Libc, onNews: () => void): NamespaceIds {
    return new NamespaceIds(NetlinkSocket.open(libc, NETLINK_ROUTE, PURPOSE, RTMGRP_NSID), onNews);
  }

  /** Takes what the kernel has announced by now: a system call, mostly. */
  update(): void {
    const isNews = this.socket.drain(PURPOSE, (buffer, start, end, type) => {
      const id = type === RTM_NEWNSID ? idIn(buffer, start, end) : undefined;
      if (id !== undefined) {
        this.given.set(id, this.timesGiven(id) + 1);
      }
    });
    if (isNews) {
      this.onNews();
    }
  }

  /** As of the last update. */
  timesGiven(id: number): number {
    return this.given.get(id) ?? 0;
  }

  close(): void {
    this.socket.close();
  }
}

function idIn(buffer: Buffer, start: number, end: number): number | undefined {
  let id: number | undefined;
  forEachAttribute(buffer, start + RTGENMSG_BYTES, end, (type, from, to) => {
    if (type === NETNSA_NSID && to - from >= 4) {
      id = buffer.readInt32LE(from);
    }
  });
  return id;
}
