import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { finished } from 'node:stream/promises';
import type { TerminalSize } from '../protocol/names.js';
import { Problem } from '../protocol/problems.js';

/**
 * What a terminal showed, as an asciicast v2 file: a header line, then `[seconds, "o", text]` and
 * `[seconds, "r", "80x24"]`. Keys are not recorded, because people type passwords.
 */
export class Recording {
  readonly #stream: WriteStream;
  readonly #startedAt: number;
  readonly #now: () => number;
  /** Keeps a character that was cut between two chunks until the rest of it comes. */
  readonly #decoder = new StringDecoder('utf8');
  #error: Error | undefined;

  private constructor(stream: WriteStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    this.#startedAt = now();
    stream.on('error', (error) => (this.#error = error));
  }

  /** Creates `<directory>/<attempt>.cast`. Rejects when that cannot be done; milliseconds come from `now`. */
  static async create(
    directory: string,
    attempt: string,
    size: TerminalSize,
    title: string,
    now: () => number = Date.now,
  ): Promise<Recording> {
    const stream = createWriteStream(join(directory, `${attempt}.cast`), { flags: 'wx', mode: 0o600 });
    await once(stream, 'open');
    const recording = new Recording(stream, now);
    const { columns: width, rows: height } = size;
    const header = { version: 2, width, height, timestamp: Math.floor(now() / 1000), title };
    stream.write(`${JSON.stringify(header)}\n`);
    return recording;
  }

  /** Resolves when there is room for more. Throws `audit-failed` when the file cannot be written: the terminal must end then. */
  async output(bytes: Buffer): Promise<void> {
    const text = this.#decoder.write(bytes);
    if (text !== '') {
      await this.#event('o', text);
    }
  }

  async resized({ columns, rows }: TerminalSize): Promise<void> {
    await this.#event('r', `${columns}x${rows}`);
  }

  async close(): Promise<void> {
    if (this.#error === undefined) {
      const rest = this.#decoder.end();
      this.#stream.end(rest === '' ? undefined : this.#line('o', rest));
      await finished(this.#stream);
    }
  }

  async #event(code: 'o' | 'r', text: string): Promise<void> {
    try {
      if (this.#error !== undefined) {
        throw this.#error;
      }
      if (!this.#stream.write(this.#line(code, text))) {
        await once(this.#stream, 'drain');
      }
    } catch (error) {
      throw new Problem('audit-failed', 'The session cannot be recorded any more, so it ends.', {
        cause: error,
      });
    }
  }

  #line(code: 'o' | 'r', text: string): string {
    return `${JSON.stringify([(this.#now() - this.#startedAt) / 1000, code, text])}\n`;
  }
}
