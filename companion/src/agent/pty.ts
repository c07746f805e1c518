import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync, write } from 'node:fs';
import { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';
import { z } from 'zod';
import type { TerminalSize } from '../protocol/names.js';

/** A pseudo-terminal of this host with a program on it (pty(7)). */
export interface Pty {
  readonly child: ChildProcess;
  readonly output: ReadStream;
  readonly input: Writable;
  resize(size: TerminalSize): void;
  close(): void;
}

/** Starts a program as the leader of a session whose terminal is a new pseudo-terminal. */
export function openPty(command: readonly [string, ...string[]], size: TerminalSize): Pty {
  const { ioctl, dup } = libc();
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
  ioctl(master, TIOCSPTLCK, Buffer.alloc(4));
  const number = Buffer.alloc(4);
  ioctl(master, TIOCGPTN, number);
  const resize = ({ columns, rows }: TerminalSize): void => {
    const winsize = Buffer.alloc(8);
    winsize.writeUInt16LE(rows, 0);
    winsize.writeUInt16LE(columns, 2);
    ioctl(master, TIOCSWINSZ, winsize);
  };
  resize(size);
  // Its own session, and the first terminal that it opens becomes the one that controls it.
  const child = spawn('/bin/sh', ['-c', ON_TERMINAL, `/dev/pts/${number.readUInt32LE(0)}`, ...command], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: { ...process.env, TERM: 'xterm-256color' },
  });
  const output = new ReadStream(master);
  const writeEnd = dup(master);
  return {
    child,
    output,
    input: writeTo(writeEnd),
    resize,
    close() {
      output.destroy();
      closeSync(writeEnd);
    },
  };
}

const ON_TERMINAL = 'exec <>"$0" >&0 2>&0 && exec "$@"';

/** asm-generic/ioctls.h, the same on x64 and arm64. */
const TIOCSPTLCK = 0x40045431;
const TIOCGPTN = 0x80045430;
const TIOCSWINSZ = 0x5414;

interface Libc {
  /** Throws when the kernel refuses. */
  readonly ioctl: (descriptor: number, request: number, argument: Buffer) => void;
  readonly dup: (descriptor: number) => number;
}

let loaded: Libc | undefined;

/** The running program's own C library, whichever that is; loaded when a terminal is first opened. */
function libc(): Libc {
  if (loaded === undefined) {
    const library = koffi.load(null);
    const ioctl = library.func('int ioctl(int, ulong, void *)');
    const dup = library.func('int dup(int)');
    loaded = {
      ioctl: (descriptor, request, argument) => void checked('ioctl', ioctl(descriptor, request, argument)),
      dup: (descriptor) => checked('dup', dup(descriptor)),
    };
  }
  return loaded;
}

function checked(what: string, result: unknown): number {
  const code = z.int().parse(result);
  if (code < 0) {
    throw new Error(`${what} on a pseudo-terminal failed with errno ${koffi.errno()}.`);
  }
  return code;
}

const RETRY_MS = 10;

/** Writes that wait while the program does not read, without holding anything else up. */
function writeTo(descriptor: number): Writable {
  const put = (bytes: Buffer, done: (error?: Error | null) => void): void => {
    write(descriptor, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(put, RETRY_MS, bytes, done);
      } else if (error === null && written < bytes.length) {
        put(bytes.subarray(written), done);
      } else {
        done(error);
      }
    });
  };
  return new Writable({ write: (chunk: Buffer, _, done) => put(chunk, done) });
}
