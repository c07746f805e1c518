import { formatValue } from './text-format.js';

/** Few enough chunks for 100,000 series, and little enough for an idle exporter to keep. */
const CHUNK_BYTES = 128 * 1024;

/** No number is written in more characters (`-1.2345678901234567e-300`). */
const LONGEST_VALUE = 32;

const NEWLINE = 0x0a;
const ZERO = 0x30;
const BILLION = 1_000_000_000;

/**
 * Writes samples one after the other into chunks, without copying what was written. Strings are avoided on purpose:
 * at 100,000 series most of a string's time goes into joining, flattening and encoding it.
 */
export class ChunkWriter {
  private chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private start = 0;
  private position = 0;
  private written: Uint8Array[] = [];

  /** One sample: the two byte strings, the value and a newline. */
  line(name: Uint8Array, labels: Uint8Array, value: number): void {
    const longest = name.length + labels.length + LONGEST_VALUE;
    if (this.position + longest > this.chunk.length) {
      this.startChunk(longest);
    }
    const { chunk } = this;
    let { position } = this;
    chunk.set(name, position);
    position += name.length;
    chunk.set(labels, position);
    position = writeValue(chunk, position + labels.length, value);
    chunk[position++] = NEWLINE;
    this.position = position;
  }

  /** Everything since the last cut. */
  cut(): readonly Uint8Array[] {
    this.setAside();
    const { written } = this;
    this.written = [];
    return written;
  }

  private startChunk(atLeast: number): void {
    this.setAside();
    this.chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, atLeast));
    this.start = 0;
    this.position = 0;
  }

  private setAside(): void {
    if (this.position > this.start) {
      this.written.push(this.chunk.subarray(this.start, this.position));
      this.start = this.position;
    }
  }
}

/** Writes a number as {@link formatValue} does, whole ones digit by digit. Returns the position behind it. */
function writeValue(bytes: Uint8Array, position: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    return writeAscii(bytes, position, formatValue(value));
  }
  if (value < BILLION) {
    return writeDigits(bytes, position, value, 1);
  }
  // Two halves that fit in 32 bits: the division of such is a good deal faster.
  const high = Math.floor(value / BILLION);
  const next = writeDigits(bytes, position, high, 1);
  return writeDigits(bytes, next, value - high * BILLION, 9);
}

function writeDigits(bytes: Uint8Array, position: number, value: number, least: number): number {
  let digits = least;
  for (let power = 10 ** least; power <= value; power *= 10) {
    digits++;
  }
  let rest = value;
  for (let index = position + digits - 1; index >= position; index--) {
    const tenth = Math.floor(rest / 10);
    bytes[index] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  return position + digits;
}

function writeAscii(bytes: Uint8Array, position: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    bytes[position + index] = text.charCodeAt(index);
  }
  return position + text.length;
}
