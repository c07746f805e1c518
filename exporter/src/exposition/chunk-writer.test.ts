import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkWriter } from './chunk-writer.js';

function written(...values: number[]): string[] {
  const writer = new ChunkWriter();
  values.forEach((value) => writer.line(Buffer.from('a{'), Buffer.from('} '), value));
  return Buffer.concat(writer.cut()).toString().split('\n').slice(0, -1);
}

describe('ChunkWriter', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [9, '9'],
    [10, '10'],
    [999_999_999, '999999999'],
    [1_000_000_000, '1000000000'],
    [1_000_000_001, '1000000001'],
    [4_294_967_296, '4294967296'],
    [90_000_000_000_000, '90000000000000'],
    [9_007_199_254_740_991, '9007199254740991'],
    [9_007_199_254_740_992, '9007199254740992'],
    [18_446_744_073_709_552_000, '18446744073709552000'],
    [-7, '-7'],
    [0.1, '0.1'],
    [-1.2345678901234568e-300, '-1.2345678901234568e-300'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
  ])('writes %d as %s', (value, text) => {
    expect(written(value)).toEqual([`a{} ${text}`]);
  });

  it('writes any whole number as JavaScript does', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), (values) => {
        expect(written(...values)).toEqual(values.map((value) => `a{} ${value}`));
      }),
    );
  });

  it('writes any number so that it reads back the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(written(value)[0]?.slice(4))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
