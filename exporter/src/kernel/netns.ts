import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { SystemCallError, type Libc } from './libc.js';
import { NETLINK_ROUTE, NetlinkSocket, attribute, forEachAttribute } from './netlink.js';
import { unlessAbsent } from './small-file.js';

const CLONE_NEWNET = 0x40000000;
// include/uapi/linux/rtnetlink.h and net_namespace.h.
const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;
/** `struct rtgenmsg`, padded. */
const RTGENMSG_BYTES = 4;

/** Inode of the network namespace that this process is in. @throws where `procRoot` is no process file system */
export function ownNamespaceInode(procRoot: string): number {
  const file = `${procRoot}/self/ns/net`;
  try {
    return statSync(file).ino;
  } catch (error) {
    throw new Error(`${file} cannot be read: check --path.procfs`, { cause: error });
  }
}

/** Inode of the network namespace that a process is in; undefined when it has ended or may not be looked at. */
export function networkNamespaceOf(procRoot: string, pid: number): number | undefined {
  return unlessAbsent(() => statSync(`${procRoot}/${pid}/ns/net`).ino);
}

/** A namespace that stays while it is held. */
export interface HeldNamespace {
  /** The id by which events name it here; undefined while it has none. */
  nsid(): number | undefined;
  close(): void;
}

/**
 * Opens sockets in other network namespaces: the calling thread goes there, opens, and comes back, all in one
 * synchronous step of microseconds. A socket stays in the namespace it was opened in.
 */
export class NamespaceDoor {
  private readonly route: NetlinkSocket;

  private constructor(
    private readonly libc: Libc,
    private readonly procRoot: string,
    private readonly home: number,
  ) {
    this.route = NetlinkSocket.open(libc, NETLINK_ROUTE, 'number the network namespaces');
  }

  static open(libc: Libc, procRoot: string): NamespaceDoor {
    const home = openSync(`${procRoot}/self/ns/net`, 'r');
    try {
      return new NamespaceDoor(libc, procRoot, home);
    } catch (error) {
      closeSync(home);
      throw error;
    }
  }

  /**
   * Runs `visit` inside the namespace with that inode, through a process that lives in it. Undefined when the process
   * has ended or has moved. Throws SystemCallError (EPERM: CAP_SYS_ADMIN is missing). `visit` must not yield.
   */
  enter<Result>(pid: number, inode: number, visit: (nsid: number | undefined) => Result): Result | undefined {
    const there = this.openNamespace(pid);
    if (there === undefined) {
      return undefined;
    }
    try {
      if (fstatSync(there).ino !== inode) {
        return undefined;
      }
      const nsid = this.nsidOfDescriptor(there);
      this.go(there, 'enter a network namespace');
      try {
        return visit(nsid);
      } finally {
        this.go(this.home, 'come back from a network namespace');
      }
    } finally {
      closeSync(there);
    }
  }

  /** Keeps hold of the namespace with that inode, as `enter` finds it. */
  hold(pid: number, inode: number): HeldNamespace | undefined {
    const there = this.openNamespace(pid);
    if (there === undefined) {
      return undefined;
    }
    if (fstatSync(there).ino !== inode) {
      closeSync(there);
      return undefined;
    }
    return { nsid: () => this.nsidOfDescriptor(there), close: () => closeSync(there) };
  }

  close(): void {
    this.route.close();
    closeSync(this.home);
  }

  private openNamespace(pid: number): number | undefined {
    try {
      return openSync(`${this.procRoot}/${pid}/ns/net`, 'r');
    } catch (error) {
      if (isGone(error)) {
        return undefined;
      }
      throw error;
    }
  }

  private go(fd: number, purpose: string): void {
    if (this.libc.setns(fd, CLONE_NEWNET) < 0) {
      throw new SystemCallError('setns', this.libc.errno(), purpose);
    }
  }

  /** The id by which events name that namespace here; undefined when it has none. */
  private nsidOfDescriptor(fd: number): number | undefined {
    const value = Buffer.alloc(4);
    value.writeInt32LE(fd);
    const body = Buffer.concat([Buffer.alloc(RTGENMSG_BYTES), attribute(NETNSA_FD, value)]);
    let nsid = -1;
    this.route.request(RTM_GETNSID, 0, body, 'number a network namespace', (buffer, start, end) => {
      forEachAttribute(buffer, start + RTGENMSG_BYTES, end, (type, from, to) => {
        if (type === NETNSA_NSID && to - from >= 4) {
          nsid = buffer.readInt32LE(from);
        }
      });
    });
    return nsid < 0 ? undefined : nsid;
  }
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ESRCH';
}
