import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attribute, forEachAttribute, forEachMessage } from './netlink.js';

const HEADER_BYTES = 16;
const fixtures = new URL('../../../test/fixtures/netlink/', import.meta.url);

/** Every message and attribute that is visited lies inside what it was found in, after the one before. */
function expectSound(bytes: Buffer, start: number, end: number): void {
  let messageEnd = start;
  forEachMessage(bytes, start, end, (_, from, to) => {
    expect(from).toBeGreaterThanOrEqual(messageEnd + HEADER_BYTES);
    expect(to).toBeGreaterThanOrEqual(from);
    expect(to).toBeLessThanOrEqual(end);
    messageEnd = to;
    let attributeEnd = from;
    forEachAttribute(bytes, from, to, (type, valueStart, valueEnd) => {
      expect(type).toBeLessThan(0x4000);
      expect(valueStart).toBeGreaterThanOrEqual(attributeEnd + 4);
      expect(valueEnd).toBeGreaterThanOrEqual(valueStart);
      expect(valueEnd).toBeLessThanOrEqual(to);
      attributeEnd = valueEnd;
    });
  });
}

describe('forEachMessage and forEachAttribute', () => {
  it('stay inside any bytes, and come to an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(20), (bytes, start) => {
        expectSound(Buffer.from(bytes), Math.min(start, bytes.length), bytes.length);
      }),
    );
  });

  it('stay inside recorded bytes with lengths that lie', () => {
    const recorded = readFileSync(new URL('tcp6-dump.bin', fixtures));
    const lengths = fc.constantFrom(0, 1, 3, 4, 15, 16, 17, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff);
    fc.assert(
      fc.property(fc.nat(recorded.length - 4), lengths, fc.nat(recorded.length), (at, length, end) => {
        const damaged = Buffer.from(recorded);
        damaged.writeUInt32LE(length, at);
        expectSound(damaged, 0, end);
      }),
    );
  });

  it('visit what was written, whatever its length', () => {
    const value = fc.uint8Array({ maxLength: 70 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(0x3fff), value), { maxLength: 8 }), (written) => {
        const bytes = Buffer.concat(written.map(([type, bytes]) => attribute(type, Buffer.from(bytes))));
        const read: [number, Uint8Array][] = [];
        forEachAttribute(bytes, 0, bytes.length, (type, start, end) => {
          read.push([type, Uint8Array.from(bytes.subarray(start, end))]);
        });
        expect(read).toEqual(written);
      }),
    );
  });
});
