/** A chunk holds a few hundred samples: large enough to be rare, small enough for an idle exporter to keep one. */
const CHUNK_BYTES = 64 * 1024;

const NEWLINE = 0x0a;

/**
 * Writes samples one after the other into chunks, without copying what was written. Strings are avoided on
 * purpose: at 100,000 series most of a string's time goes into joining, flattening and encoding it.
 */
export class ChunkWriter {
  private chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private start = 0;
  private position = 0;
  private written: Uint8Array[] = [];

  /** One sample: the two byte strings, the value as plain ASCII, and a newline. */
  line(name: Uint8Array, labels: Uint8Array, value: string): void {
    const length = name.length + labels.length + value.length + 1;
    if (this.position + length > this.chunk.length) {
      this.startChunk(length);
    }
    const { chunk } = this;
    let position = this.position;
    chunk.set(name, position);
    position += name.length;
    chunk.set(labels, position);
    position += labels.length;
    for (let index = 0; index < value.length; index++) {
      chunk[position++] = value.charCodeAt(index);
    }
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

  private startChunk(length: number): void {
    this.setAside();
    this.chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, length));
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
