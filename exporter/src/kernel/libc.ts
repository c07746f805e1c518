import type * as Koffi from 'koffi';
import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';

/** The few C functions that Node.js has no counterpart for. Each returns as in C: −1 and `errno()` on failure. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  send(fd: number, data: Uint8Array, length: number, flags: number): number;
  recv(fd: number, data: Uint8Array, length: number, flags: number): number;
  close(fd: number): number;
  setns(fd: number, kind: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: Uint8Array | null): number;
  errno(): number;
  /** Where the bytes are in memory; good for as long as they are referred to. */
  address(bytes: Uint8Array): bigint;
  readonly pointerBytes: number;
}

/** A C function that failed, with its errno and what it was called for. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';

  constructor(
    readonly call: string,
    readonly errno: number,
    purpose: string,
  ) {
    super(`${call} failed while trying to ${purpose}: ${errnoName(errno)}`);
  }
}

export const EPERM = 1;
export const EINTR = 4;
export const EAGAIN = 11;
export const EACCES = 13;
export const ENOBUFS = 105;

/** `EPERM` for 1, and so on. */
export function errnoName(errno: number): string {
  return errno > 0 ? getSystemErrorName(-errno) : `errno ${errno}`;
}

/** True when a capability is what is missing. */
export function isRefused(error: unknown): boolean {
  return error instanceof SystemCallError && (error.errno === EPERM || error.errno === EACCES);
}

/**
 * Binds the C library of this process, glibc or musl, through koffi's prebuilt binary. Throws where koffi has none
 * for this platform; the caller then falls back to `/proc`.
 */
export function loadLibc(): Libc {
  bound ??= bindLibc();
  return bound;
}

let bound: Libc | undefined;

function bindLibc(): Libc {
  // Required late, so that an exporter without koffi's binary still starts.
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  // The process itself rather than a file name: what it is linked with, glibc or musl, is there already.
  const library = koffi.load(null);
  return {
    socket: library.func('int socket(int, int, int)') as Libc['socket'],
    bind: library.func('int bind(int, const void *, int)') as Libc['bind'],
    setsockopt: library.func('int setsockopt(int, int, int, const void *, int)') as Libc['setsockopt'],
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)') as Libc['getsockopt'],
    send: library.func('long send(int, const void *, size_t, int)') as Libc['send'],
    recv: library.func('long recv(int, void *, size_t, int)') as Libc['recv'],
    close: library.func('int close(int)') as Libc['close'],
    setns: library.func('int setns(int, int)') as Libc['setns'],
    epoll_create1: library.func('int epoll_create1(int)') as Libc['epoll_create1'],
    epoll_ctl: library.func('int epoll_ctl(int, int, int, void *)') as Libc['epoll_ctl'],
    errno: () => koffi.errno(),
    address: (bytes) => koffi.address(bytes),
    pointerBytes: koffi.sizeof('void *'),
  };
}
