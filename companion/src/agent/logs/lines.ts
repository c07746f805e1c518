import type { Frame } from './frames.js';

/** One line, or a part of one that is too long. */
export interface Line {
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line break. */
  readonly bytes: Buffer;
  /** True when the line goes on. */
  readonly partial: boolean;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** A line that is longer comes out in parts, so that a log without line breaks takes no memory. */
const MAX_LINE_BYTES = 64 * 1024;

/** The runtime logs in messages of at most so many bytes and stamps each (moby, daemon/logger/copier.go). */
const MAX_MESSAGE_BYTES = 16 * 1024;

/** `2026-01-02T03:04:05.000000006Z`, or with a zone. */
const MAX_TIMESTAMP_BYTES = 40;

/** Puts a container's stamped log messages together to lines. */
export interface LineAssembler<Input> {
  push(input: Input): Generator<Line>;
  /** What was left without a line break. */
  end(): Generator<Line>;
}

/** For multiplexed output: a frame is one message, stamped at its beginning, and the line ends with a line break. */
export class FrameLines implements LineAssembler<Frame> {
  readonly #open = { stdout: new OpenLine('stdout'), stderr: new OpenLine('stderr') };

  *push({ stream, payload }: Frame): Generator<Line> {
    const space = payload.subarray(0, MAX_TIMESTAMP_BYTES).indexOf(SPACE);
    const line = this.#open[stream];
    const ends = payload.at(-1) === LINE_FEED;
    line.stamp(payload.toString('latin1', 0, Math.max(space, 0)));
    yield* line.add(payload.subarray(space + 1, ends ? -1 : undefined));
    if (ends) {
      yield line.take();
    }
  }

  *end(): Generator<Line> {
    for (const line of [this.#open.stdout, this.#open.stderr]) {
      if (!line.empty) {
        yield line.take();
      }
    }
  }
}

/**
 * For a terminal's output, which has no frames: a message begins after a line break, or after 16 KiB without one. Other
 * services stamp lines only, however long they are: then `maxMessageBytes` is infinite.
 */
export class TerminalLines implements LineAssembler<Buffer> {
  readonly #maxMessageBytes: number;
  readonly #line = new OpenLine('stdout');
  /** Bytes of this message so far, without its stamp; undefined while the stamp is being read. */
  #messageBytes: number | undefined;
  #stamp = '';

  constructor(maxMessageBytes = MAX_MESSAGE_BYTES) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  *push(chunk: Buffer): Generator<Line> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#messageBytes === undefined) {
        at = this.#readStamp(chunk, at);
        continue;
      }
      const room = Math.min(chunk.length, at + this.#maxMessageBytes - this.#messageBytes);
      const lineFeed = chunk.subarray(at, room).indexOf(LINE_FEED);
      const end = lineFeed < 0 ? room : at + lineFeed;
      yield* this.#line.add(chunk.subarray(at, end));
      this.#messageBytes += end - at;
      at = end;
      if (lineFeed >= 0) {
        at += 1;
        this.#messageBytes = undefined;
        yield this.#line.take();
      } else if (this.#messageBytes >= this.#maxMessageBytes) {
        this.#messageBytes = undefined;
      }
    }
  }

  *end(): Generator<Line> {
    if (!this.#line.empty) {
      yield this.#line.take();
    }
  }

  #readStamp(chunk: Buffer, from: number): number {
    const space = chunk.indexOf(SPACE, from);
    const end = space < 0 ? chunk.length : space;
    this.#stamp += chunk.toString('latin1', from, Math.min(end, from + MAX_TIMESTAMP_BYTES));
    if (space >= 0) {
      this.#line.stamp(this.#stamp);
      this.#stamp = '';
      this.#messageBytes = 0;
      return space + 1;
    }
    return chunk.length;
  }
}

class OpenLine {
  readonly #stream: 'stdout' | 'stderr';
  #time = '';
  #parts: Buffer[] = [];
  #length = 0;

  constructor(stream: 'stdout' | 'stderr') {
    this.#stream = stream;
  }

  get empty(): boolean {
    return this.#length === 0;
  }

  /** The first message of a line says its time. */
  stamp(time: string): void {
    if (this.empty) {
      this.#time = time;
    }
  }

  *add(bytes: Buffer): Generator<Line> {
    let rest = bytes;
    while (this.#length + rest.length > MAX_LINE_BYTES) {
      const room = MAX_LINE_BYTES - this.#length;
      this.#parts.push(rest.subarray(0, room));
      yield this.#cut(true);
      rest = rest.subarray(room);
    }
    if (rest.length > 0) {
      this.#parts.push(rest);
      this.#length += rest.length;
    }
  }

  take(): Line {
    return this.#cut(false);
  }

  #cut(partial: boolean): Line {
    const [first] = this.#parts;
    const whole = this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts);
    const bytes = whole.at(-1) === CARRIAGE_RETURN && !partial ? whole.subarray(0, -1) : whole;
    this.#parts = [];
    this.#length = 0;
    return { time: this.#time, stream: this.#stream, bytes, partial };
  }
}
