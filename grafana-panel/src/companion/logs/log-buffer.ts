import type { LogLine } from '@toposcope/companion/protocol/actions/logs.js';

export interface NumberedLine extends LogLine {
  /** Counts from the first line that came; stays with its line. */
  readonly number: number;
}

/** How much a browser shows without becoming slow. */
export interface LogRoom {
  readonly lines: number;
  /** Of all lines together: a line may be 64 KiB long. */
  readonly characters: number;
}

/** The last lines of a log that came, as many as there is room for. */
export class LogBuffer {
  readonly #room: LogRoom;
  #lines: NumberedLine[] = [];
  #characters = 0;
  #count = 0;

  constructor(room: LogRoom) {
    this.#room = room;
  }

  push(line: LogLine): void {
    this.#lines.push({ ...line, number: this.#count });
    this.#characters += line.line.length;
    this.#count += 1;
    // Cut in large steps, since each cut copies.
    const { lines, characters } = this.#room;
    if (this.#lines.length > lines * 1.25 || this.#characters > characters * 1.25) {
      this.#lines = this.#newest();
      this.#characters = this.#lines.reduce((sum, { line: text }) => sum + text.length, 0);
    }
  }

  /** A copy, oldest first. */
  get lines(): readonly NumberedLine[] {
    return this.#newest();
  }

  /** Lines that came and are not kept. */
  get dropped(): number {
    return this.#count - this.#newest().length;
  }

  /** The newest line in any case. */
  #newest(): NumberedLine[] {
    let room = this.#room.characters;
    let first = this.#lines.length;
    while (first > 0 && this.#lines.length - first < this.#room.lines) {
      room -= this.#lines[first - 1]?.line.length ?? 0;
      if (room < 0 && first < this.#lines.length) {
        break;
      }
      first -= 1;
    }
    return this.#lines.slice(first);
  }
}
