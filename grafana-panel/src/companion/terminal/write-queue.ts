/**
 * Writes chunks one after the other, each when the last one is on the screen. An emulator that is given more than it can
 * draw drops what it cannot keep; here the rest waits.
 */
export class WriteQueue {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #waiting: Uint8Array[] = [];
  #running: Promise<void> | undefined;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#running ??= this.#run();
  }

  /** Resolves when everything is written. */
  async drained(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const chunks = this.#waiting;
      this.#waiting = [];
      await this.#write(joined(chunks));
    }
    this.#running = undefined;
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) {
    return only;
  }
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
