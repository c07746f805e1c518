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
  // A write that waits would take one of the few threads that all files share.
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
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
  const input = new PtyInput(dup(master));
  return {
    child,
    output,
    input,
    resize,
    close() {
      output.destroy();
      input.destroy();
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

/**
 * Writes that wait while the program does not read, without holding anything else up. The descriptor is closed only
 * when no write can come any more: its number may be another file's a moment later.
 */
class PtyInput extends Writable {
  readonly #descriptor: number;
  #busy = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(descriptor: number) {
    super();
    this.#descriptor = descriptor;
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#busy = true;
    write(this.#descriptor, bytes, (error, written) => {
      this.#busy = false;
      if (this.destroyed) {
        this.emit(IDLE);
      } else if (error?.code === 'EAGAIN') {
        this.#retry = setTimeout(() => this._write(bytes, _, done), RETRY_MS);
      } else if (error === null && written < bytes.length) {
        this._write(bytes.subarray(written), _, done);
      } else {
        done(error);
      }
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#retry);
    const close = (): void => {
      closeSync(this.#descriptor);
      done(error);
    };
    if (this.#busy) {
      this.once(IDLE, close);
    } else {
      close();
    }
  }
}

const IDLE = Symbol('idle');
