import { EAGAIN, ENOBUFS, EINTR, SystemCallError, errnoName, type Libc } from './libc.js';

// Layouts and numbers: include/uapi/linux/netlink.h. All integers of a netlink header are in the host's order, which
// is little-endian on every platform that Node.js supports here.
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
const MSG_DONTWAIT = 0x40;

export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NETFILTER = 12;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_DUMP = 0x300;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** `struct nlmsghdr`: length, type, flags, sequence, port. */
export const HEADER_BYTES = 16;

/** Told about each message: its payload, header left out, is `buffer[start, end)`. The buffer is reused afterwards. */
export type MessageVisitor = (buffer: Buffer, start: number, end: number, type: number) => void;

/** The kernel answered a request with an error, or with bytes that are no netlink. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError';

  constructor(
    readonly errno: number,
    purpose: string,
  ) {
    super(`the kernel refused to ${purpose}: ${errnoName(errno)}`);
  }
}

/** One netlink socket in the network namespace that the thread was in when it was opened. */
export class NetlinkSocket {
  private sequence = 0;

  private constructor(
    private readonly libc: Libc,
    readonly fd: number,
  ) {}

  /** `groups` is the mask of multicast groups to join. Throws SystemCallError. */
  static open(libc: Libc, protocol: number, purpose: string, groups = 0): NetlinkSocket {
    const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0) {
      throw new SystemCallError('socket', libc.errno(), purpose);
    }
    const socket = new NetlinkSocket(libc, fd);
    try {
      // A reply that never comes must not stop the program.
      const timeout = Buffer.alloc(16);
      timeout.writeUInt32LE(2, 0);
      socket.setOption(SOL_SOCKET, SO_RCVTIMEO, timeout, purpose);
      const address = Buffer.alloc(12);
      address.writeUInt16LE(AF_NETLINK, 0);
      address.writeUInt32LE(groups, 8);
      if (libc.bind(fd, address, address.length) < 0) {
        throw new SystemCallError('bind', libc.errno(), purpose);
      }
    } catch (error) {
      socket.close();
      throw error;
    }
    return socket;
  }

  setOption(level: number, name: number, value: Buffer, purpose: string): void {
    if (this.libc.setsockopt(this.fd, level, name, value, value.length) < 0) {
      throw new SystemCallError('setsockopt', this.libc.errno(), purpose);
    }
  }

  /** Asks for a receive buffer, past the system's limit where CAP_NET_ADMIN allows; returns the bytes it got. */
  resizeReceiveBuffer(bytes: number): number {
    const value = Buffer.alloc(4);
    value.writeInt32LE(bytes);
    if (this.libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, value, 4) < 0) {
      this.libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, value, 4);
    }
    const length = Buffer.from([4, 0, 0, 0]);
    this.libc.getsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, value, length);
    return value.readInt32LE();
  }

  /**
   * Sends one request and visits every message of the answer, to its end. Blocks; a dump is a matter of milliseconds.
   * @throws NetlinkError
   */
  request(type: number, flags: number, body: Buffer, purpose: string, visit: MessageVisitor): void {
    const errno = this.ask(type, flags, body, purpose, visit);
    if (errno !== 0) {
      throw new NetlinkError(errno, purpose);
    }
  }

  /** As `request`, where a refusal is an answer like any other: returns the number of the kernel's error, or 0. */
  ask(type: number, flags: number, body: Buffer, purpose: string, visit: MessageVisitor): number {
    this.sequence = (this.sequence + 1) >>> 0;
    const request = Buffer.alloc(HEADER_BYTES + body.length);
    request.writeUInt32LE(request.length, 0);
    request.writeUInt16LE(type, 4);
    request.writeUInt16LE(flags | NLM_F_REQUEST, 6);
    request.writeUInt32LE(this.sequence, 8);
    body.copy(request, HEADER_BYTES);
    if (this.libc.send(this.fd, request, request.length, 0) < 0) {
      throw new SystemCallError('send', this.libc.errno(), purpose);
    }
    const isDump = (flags & NLM_F_DUMP) === NLM_F_DUMP;
    for (;;) {
      const answer = this.receiveAnswer(isDump, purpose, visit);
      if (answer !== 'more') {
        return answer;
      }
    }
  }

  /** Takes what a multicast group has announced by now, and says whether there was anything, lost news included. */
  drain(purpose: string, visit?: MessageVisitor): boolean {
    let isNews = false;
    for (;;) {
      const received = this.libc.recv(this.fd, receiveBuffer, receiveBuffer.length, MSG_DONTWAIT);
      if (received < 0) {
        const errno = this.libc.errno();
        if (errno === EAGAIN) {
          return isNews;
        }
        if (errno !== EINTR && errno !== ENOBUFS) {
          throw new SystemCallError('recv', errno, purpose);
        }
      } else if (visit !== undefined) {
        forEachMessage(receiveBuffer, 0, received, visit);
      }
      isNews = true;
    }
  }

  close(): void {
    this.libc.close(this.fd);
  }

  /** At the end of it, the number of the kernel's error, or 0. */
  private receiveAnswer(isDump: boolean, purpose: string, visit: MessageVisitor): 'more' | number {
    const received = this.libc.recv(this.fd, receiveBuffer, receiveBuffer.length, 0);
    if (received < 0) {
      const errno = this.libc.errno();
      if (errno === EINTR || errno === ENOBUFS) {
        return 'more';
      }
      throw new SystemCallError('recv', errno, purpose);
    }
    let done = received === 0;
    let refusal = 0;
    forEachMessage(receiveBuffer, 0, received, (buffer, start, end, type) => {
      // Whatever is left of an answer that was given up belongs to an older request.
      if (done || buffer.readUInt32LE(start - HEADER_BYTES + 8) !== this.sequence) {
        return;
      }
      if (type === NLMSG_ERROR) {
        refusal = end - start >= 4 ? -buffer.readInt32LE(start) : 0;
        done = true;
      } else if (type === NLMSG_DONE) {
        done = true;
      } else {
        visit(buffer, start, end, type);
        done = !isDump;
      }
    });
    return done ? refusal : 'more';
  }
}

/** Visits the netlink messages in `buffer[start, end)`; stops at the first that does not fit. */
export function forEachMessage(buffer: Buffer, start: number, end: number, visit: MessageVisitor): void {
  let at = start;
  while (at + HEADER_BYTES <= end) {
    const length = buffer.readUInt32LE(at);
    if (length < HEADER_BYTES || at + length > end) {
      return;
    }
    visit(buffer, at + HEADER_BYTES, at + length, buffer.readUInt16LE(at + 4));
    at += align(length);
  }
}

/** Visits the attributes (`struct nlattr`) in `buffer[start, end)`; stops at the first that does not fit. */
export function forEachAttribute(
  buffer: Buffer,
  start: number,
  end: number,
  visit: (type: number, start: number, end: number) => void,
): void {
  let at = start;
  while (at + 4 <= end) {
    const length = buffer.readUInt16LE(at);
    if (length < 4 || at + length > end) {
      return;
    }
    // The two top bits say "nested" and "big-endian"; they are no part of the type.
    visit(buffer.readUInt16LE(at + 2) & 0x3fff, at + 4, at + length);
    at += align(length);
  }
}

/** One attribute, padded. */
export function attribute(type: number, value: Buffer): Buffer {
  const written = Buffer.alloc(align(4 + value.length));
  written.writeUInt16LE(4 + value.length, 0);
  written.writeUInt16LE(type, 2);
  value.copy(written, 4);
  return written;
}

function align(length: number): number {
  return (length + 3) & ~3;
}

// The kernel fills at most 32 KiB a datagram; one buffer serves every socket, because a request never yields.
const receiveBuffer = Buffer.allocUnsafeSlow(256 * 1024);
