import type { LogLine } from '@toposcope/companion/protocol/actions/logs.js';

export interface NumberedLine extends LogLine {
  /** Counts from the first line that came; stays with its line. */
  readonly number: number;
}

/** The last lines of a log that came: as many as a browser shows without becoming slow. */
export class LogBuffer {
  readonly #limit: number;
  #lines: NumberedLine[] = [];
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(line: LogLine): void {
    this.#lines.push({ ...line, number: this.#count });
    this.#count += 1;
    // Cut in large steps, since each cut copies.
    if (this.#lines.length > this.#limit * 1.25) {
      this.#lines = this.#lines.slice(-this.#limit);
    }
  }

  /** A copy, oldest first. */
  get lines(): readonly NumberedLine[] {
    return this.#lines.slice(-this.#limit);
  }

  /** Lines that came and are not kept. */
  get dropped(): number {
    return Math.max(0, this.#count - this.#limit);
  }
}
