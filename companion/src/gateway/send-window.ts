/** How much may be sent to somebody who tells what they have taken in. */
export class SendWindow {
  #free: number;
  #waiting: (() => void) | undefined;

  /** @param bytes at most so many may be on their way; undefined sets no limit */
  constructor(bytes: number | undefined) {
    this.#free = bytes ?? Infinity;
  }

  /** Resolves when there is any room, and takes all that is asked for. Not to be called before the last call is done. */
  async take(bytes: number): Promise<void> {
    if (this.#free <= 0) {
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
    this.#free -= bytes;
  }

  give(bytes: number): void {
    this.#free += bytes;
    if (this.#free > 0) {
      this.#waiting?.();
      this.#waiting = undefined;
    }
  }
}
