import { GivenIds } from './given-ids.js';
import type { Libc } from './libc.js';
import { NETLINK_ROUTE, NetlinkSocket } from './netlink.js';

/** RTNLGRP_NSID (include/uapi/linux/rtnetlink.h) is 28, as a mask. */
const RTMGRP_NSID = 1 << 27;
const PURPOSE = 'hear of ids of network namespaces';

/** How often each id of a network namespace has been given since this began. */
export class NamespaceIds {
  private readonly given = new GivenIds();

  private constructor(
    private readonly socket: NetlinkSocket,
    private readonly threads: NetlinkSocket,
    private readonly onNews: () => void,
  ) {}

  /**
   * For the ids that the namespace which the thread is in gives to others; `onNews` is called when some were given, or
   * may have been. Throws SystemCallError.
   */
  static open(libc: Libc, onNews: () => void): NamespaceIds {
    const socket = openSocket(libc);
    try {
      const threads = openSocket(libc);
      // Both count from the same moment: one at which nothing waits in either.
      do {
        socket.drain(PURPOSE);
      } while (threads.drain(PURPOSE));
      return new NamespaceIds(socket, threads, onNews);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** A socket that hears the same, for another thread that counts by itself; closed with this. */
  get threadDescriptor(): number {
    return this.threads.fd;
  }

  /** Takes what the kernel has announced by now: a system call, mostly. */
  update(): void {
    this.given.turn();
    const isNews = this.socket.drain(PURPOSE, (buffer, start, end, type) =>
      this.given.take(buffer, start, end, type),
    );
    if (isNews) {
      this.onNews();
    }
  }

  /** As of the last update. */
  timesGiven(id: number): number {
    return this.given.times(id);
  }

  close(): void {
    this.socket.close();
    this.threads.close();
  }
}

function openSocket(libc: Libc): NetlinkSocket {
  const socket = NetlinkSocket.open(libc, NETLINK_ROUTE, PURPOSE, RTMGRP_NSID);
  // What one of the two counts and the other has lost would make them differ for good.
  socket.resizeReceiveBuffer(RECEIVE_BUFFER_BYTES);
  return socket;
}

/** Thousands of announcements; the kernel takes memory for what waits only. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
