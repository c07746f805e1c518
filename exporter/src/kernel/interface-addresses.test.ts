import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readInterfaceAddress } from './interface-addresses.js';
import { forEachMessage } from './netlink.js';

const fixtures = new URL('../../../test/fixtures/netlink/', import.meta.url);
const RTM_NEWADDR = 20;

describe('readInterfaceAddress', () => {
  it('reads the addresses that ip printed', () => {
    const printed = readFileSync(new URL('ip-address.txt', fixtures), 'utf8');
    const truth = [...printed.matchAll(/inet6? ([\da-f.:]+)\//g)].map(([, address]) => address);
    const bytes = readFileSync(new URL('addresses.bin', fixtures));
    const addresses: (string | undefined)[] = [];
    forEachMessage(bytes, 0, bytes.length, (buffer, start, end, type) => {
      if (type === RTM_NEWADDR) {
        addresses.push(readInterfaceAddress(buffer, start, end));
      }
    });
    expect(addresses.sort()).toEqual(truth.sort());
    expect(truth).toHaveLength(4);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readInterfaceAddress(Buffer.from(bytes), 0, bytes.length) ?? '').toMatch(/^[\d.:a-f]*$/);
      }),
    );
  });
});
