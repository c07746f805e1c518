import { Problem } from '../protocol/problems.js';
import { terminalSizeSchema, type TerminalSize } from '../protocol/names.js';

/** What goes into a terminal: bytes, a new size, or the end of the input. */
export type TerminalInput =
  | { readonly type: 'bytes'; readonly bytes: Buffer }
  | { readonly type: 'resize'; readonly size: TerminalSize }
  | { readonly type: 'end' };

const HEADER_BYTES = 5;
const MAX_PAYLOAD_BYTES = 64 * 1024;
const TYPES = ['bytes', 'resize', 'end'] as const;

/** One byte of type, four of length in big endian, the payload. */
export function encodeInput(input: TerminalInput): Buffer {
  const payload =
    input.type === 'bytes'
      ? input.bytes
      : Buffer.from(input.type === 'resize' ? JSON.stringify(input.size) : '');
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(TYPES.indexOf(input.type), 0);
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

/** Reads what `encodeInput` wrote, cut anywhere. Throws `bad-request` on anything else. */
export class InputDecoder {
  #rest: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<TerminalInput> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(1);
      if (length > MAX_PAYLOAD_BYTES) {
        throw new Problem('bad-request', 'A piece of terminal input is larger than 64 KiB.');
      }
      if (bytes.length < HEADER_BYTES + length) {
        break;
      }
      yield decode(bytes.readUInt8(0), bytes.subarray(HEADER_BYTES, HEADER_BYTES + length));
      bytes = bytes.subarray(HEADER_BYTES + length);
    }
    this.#rest = bytes;
  }
}

function decode(number: number, payload: Buffer): TerminalInput {
  const type = TYPES[number];
  if (type === undefined) {
    throw new Problem('bad-request', `Terminal input of the unknown type ${number}.`);
  }
  switch (type) {
    case 'bytes':
      return { type, bytes: payload };
    case 'resize':
      return { type, size: decodeSize(payload) };
    case 'end':
      return { type };
  }
}

function decodeSize(payload: Buffer): TerminalSize {
  try {
    return terminalSizeSchema.parse(JSON.parse(payload.toString()));
  } catch (error) {
    throw new Problem('bad-request', 'A terminal size that is none.', { cause: error });
  }
}
