import { open, type FileHandle } from 'node:fs/promises';

/**
 * A file that lines are appended to, each on the disk before its promise resolves. Lines that arrive while the disk
 * is busy share the next write and its flush, so that a hundred actions at once cost one.
 */
export class LineFile implements AsyncDisposable {
  readonly #path: string;
  #file: FileHandle;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Opens or creates the file, readable by its owner only. */
  static async open(path: string): Promise<LineFile> {
    return new LineFile(path, await openForAppend(path));
  }

  /** Resolves when the line is on the disk; rejects when it could not be put there. */
  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  /** Goes on in a new file of the same name, after something has moved the old one away. */
  async reopen(): Promise<void> {
    const old = this.#file;
    this.#file = await openForAppend(this.#path);
    await this.#writing;
    await old.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.map(({ line }) => `${line}\n`).join(''));
        for (const { resolve } of batch) {
          resolve();
        }
      } catch (error) {
        for (const { reject } of batch) {
          reject(error);
        }
      }
    }
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    const file = this.#file;
    const { size } = await file.stat();
    try {
      await file.appendFile(text);
      await file.datasync();
    } catch (error) {
      // A full disk leaves half a line, which would spoil the next one.
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
  }
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function openForAppend(path: string): Promise<FileHandle> {
  return open(path, 'a', 0o600);
}
