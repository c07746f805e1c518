import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  addressesByNode,
  createHostAddresses,
  createInterfaceNames,
  readInterfaceNames,
} from './addresses.js';

describe('createHostAddresses', () => {
  it('lists what ip lists, interfaces that are down included', { timeout: 60_000 }, (context) => {
    const addresses = createHostAddresses('/sys');
    try {
      for (let attempt = 0; attempt < 20; attempt++) {
        const truth = addressesByIp();
        if (truth === undefined) {
          context.skip('the command ip is not installed');
        }
        const listed = addresses
          .list()
          .map((address) => Object.values(address).join(' '))
          .sort();
        // Containers that come and go beside this test bring and take interfaces.
        if (isDeepStrictEqual(addressesByIp(), truth)) {
          expect(listed).toEqual(truth);
          return;
        }
      }
      context.skip('the addresses of this machine change all the time');
    } finally {
      addresses.close();
    }
  });
});

describe('createInterfaceNames', () => {
  it('reads the names again for an index that it does not know, and after a minute', () => {
    let time = 0;
    let names = new Map([[1, 'lo']]);
    const namesOf = createInterfaceNames(
      () => names,
      () => time,
    );
    expect(namesOf([1]).get(1)).toBe('lo');
    names = new Map([
      [1, 'renamed'],
      [2, 'eth0'],
    ]);
    expect(namesOf([1]).get(1)).toBe('lo');
    expect(namesOf([1, 2]).get(2)).toBe('eth0');
    names = new Map([
      [1, 'renamed'],
      [2, 'eth1'],
    ]);
    time = 59_999;
    expect(namesOf([2]).get(2)).toBe('eth0');
    time = 60_000;
    expect(namesOf([2]).get(2)).toBe('eth1');
  });
});

describe('readInterfaceNames', () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error(`${code}: read`), { code });
  };

  it('leaves out an interface that goes while it is read', () => {
    expect(readInterfaceNames('/sys').size).toBeGreaterThan(0);
    expect(readInterfaceNames('/sys', failing('EINVAL')).size).toBe(0);
  });

  it('fails where something else is wrong', () => {
    expect(() => readInterfaceNames('/sys', failing('EIO'))).toThrow('EIO');
  });
});

describe('addressesByNode', () => {
  it.each([
    ['127.0.0.1', true, 'host'],
    ['10.0.0.1', false, 'global'],
    ['169.254.7.1', false, 'link'],
    ['fe80::1', false, 'link'],
    ['fd00::2', false, 'global'],
  ])('gives %s its scope', (address, internal, scope) => {
    const entry = { address, internal, netmask: '', mac: '', cidr: null };
    const interfaces = { eth0: [{ ...entry, family: 'IPv4' as const }] };
    expect(addressesByNode(interfaces)).toEqual([{ interface: 'eth0', ip: address, scope }]);
  });
});

const ipAddressSchema = z.array(
  z.object({ ifname: z.string(), addr_info: z.array(z.object({ local: z.string(), scope: z.string() })) }),
);

/** `interface ip scope`, as iproute2 has them, sorted. Undefined where it is not installed. */
function addressesByIp(): string[] | undefined {
  let answer: string;
  try {
    answer = execFileSync('ip', ['-json', 'address'], { encoding: 'utf8' });
  } catch {
    return undefined;
  }
  return ipAddressSchema
    .parse(JSON.parse(answer))
    .flatMap(({ ifname, addr_info }) => addr_info.map(({ local, scope }) => `${ifname} ${local} ${scope}`))
    .sort();
}
