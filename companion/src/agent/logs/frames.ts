/** A piece of a container's output. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly payload: Buffer;
}

const HEADER_BYTES = 8;
/** Larger than the runtime ever makes them; what claims to be more is no log stream. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;

/**
 * Cuts the runtime's multiplexed stream into frames: one byte that names the stream, three zeros, the payload's length
 * in big endian, the payload (Docker Engine API, "Attach to a container", stream format). Frames come out whole.
 */
export class FrameParser {
  #rest: Buffer = Buffer.alloc(0);

  /** Throws when the bytes are not such a stream. */
  *push(chunk: Buffer): Generator<Frame> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(4);
      if (length > MAX_FRAME_BYTES) {
        throw new Error(`A frame of ${length} bytes: the container's output is not multiplexed.`);
      }
      const end = HEADER_BYTES + length;
      if (bytes.length < end) {
        break;
      }
      yield { stream: bytes[0] === 2 ? 'stderr' : 'stdout', payload: bytes.subarray(HEADER_BYTES, end) };
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}
