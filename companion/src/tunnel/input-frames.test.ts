import { describe, expect, it } from 'vitest';
import { encodeInput, InputDecoder, type TerminalInput } from './input-frames.js';

const INPUTS: readonly TerminalInput[] = [
  { type: 'bytes', bytes: Buffer.from([0, 255, 10, 13]) },
  { type: 'resize', size: { columns: 100, rows: 30 } },
  { type: 'bytes', bytes: Buffer.alloc(0) },
  { type: 'end' },
];

describe('terminal input', () => {
  it('has the bytes that both ends agree on', () => {
    expect(encodeInput({ type: 'bytes', bytes: Buffer.from('ls') })).toEqual(
      Buffer.from([0, 0, 0, 0, 2, 0x6c, 0x73]),
    );
    expect(encodeInput({ type: 'end' })).toEqual(Buffer.from([2, 0, 0, 0, 0]));
  });

  it.each([1, 2, 5, 6, 1000])('arrives whole when it is cut into pieces of %i bytes', (size) => {
    const bytes = Buffer.concat(INPUTS.map(encodeInput));
    const decoder = new InputDecoder();
    const decoded: TerminalInput[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      decoded.push(...decoder.push(bytes.subarray(at, at + size)));
    }
    expect(decoded).toEqual(INPUTS);
  });

  it.each([
    ['an unknown type', Buffer.from([9, 0, 0, 0, 0])],
    ['a gigabyte announced', Buffer.from([0, 0x40, 0, 0, 0])],
    ['a size that is none', Buffer.from([1, 0, 0, 0, 2, 0x7b, 0x7d])],
    ['a size that is no JSON', Buffer.from([1, 0, 0, 0, 1, 0x78])],
  ])('is refused with %s', (_, bytes) => {
    expect(() => [...new InputDecoder().push(bytes)]).toThrow(
      expect.objectContaining({ code: 'bad-request' }) as Error,
    );
  });
});
