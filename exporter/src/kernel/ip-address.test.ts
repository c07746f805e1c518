import fc from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isPublic, parseIpAddress, readIpv4, readIpv6 } from './ip-address.js';

describe('readIpv6', () => {
  it.each([
    ['20010db8000000000000000000000007', '2001:db8::7'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['fe800000000000000000000000000000', 'fe80::'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['20010db8000100020003000400050006', '2001:db8:1:2:3:4:5:6'],
    ['00000000000000000000ffff0a090807', '10.9.8.7'],
  ])('writes %s as %s', (digits, text) => {
    expect(readIpv6(Buffer.from(digits, 'hex'), 0)).toBe(text);
  });

  it('writes an address from which the same bytes are read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = readIpv6(Buffer.from(bytes), 0);
        expect(isIP(text)).toBeGreaterThan(0);
        const read = parseIpAddress(text);
        expect(read).toEqual(read.length === 4 ? Buffer.from(bytes.subarray(12)) : Buffer.from(bytes));
      }),
    );
  });
});

describe('readIpv4', () => {
  it('reads four bytes at the offset', () => {
    expect(readIpv4(Buffer.from([9, 255, 0, 10, 1]), 1)).toBe('255.0.10.1');
  });
});

describe('isPublic', () => {
  it.each([
    ['8.8.8.8', true],
    ['172.32.0.1', true],
    ['172.31.255.255', false],
    ['10.0.0.1', false],
    ['100.64.0.1', false],
    ['169.254.1.1', false],
    ['192.168.1.1', false],
    ['127.0.0.1', false],
    ['224.0.0.1', false],
    ['2606:4700::1111', true],
    ['2001:db8::1', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['::1', false],
  ])('of %s is %s', (address, expected) => {
    expect(isPublic(address)).toBe(expected);
  });
});
