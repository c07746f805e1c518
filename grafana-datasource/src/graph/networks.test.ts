import { describe, expect, it } from 'vitest';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { AddressBook } from './address-book';
import { readNetworks } from './networks';
import { complete } from './steps';

describe('readNetworks', () => {
  it.each<[string, [host: string, network: string, ip: string][], string[]]>([
    [
      'a bridge is another network on each host',
      [
        ['a', 'bridge', '172.17.0.2'],
        ['b', 'bridge', '172.17.0.3'],
      ],
      ['bridge on a', 'bridge on b'],
    ],
    [
      'a project’s network is another one on each host',
      [
        ['a', 'shop_default', '172.18.0.2'],
        ['b', 'shop_default', '172.19.0.2'],
      ],
      ['shop_default on a', 'shop_default on b'],
    ],
    [
      'an overlay spans hosts',
      [
        ['a', 'shop_backend', '10.0.1.3'],
        ['b', 'shop_backend', '10.0.1.4'],
      ],
      ['shop_backend on a, b'],
    ],
    [
      'an address that is given twice tells two networks of one name',
      [
        ['a', 'lab', '10.9.1.2'],
        ['b', 'lab', '10.9.1.2'],
      ],
      ['lab on a', 'lab on b'],
    ],
  ])('%s', (_, rows, expected) => {
    const containerAddresses = vectorOfRows(
      rows.map(([host, network, ip], index) => ({
        labels: { host, network, ip, container_id: `c${index}` },
        value: 1,
      })),
    );
    const book = complete(AddressBook.read({ containerAddresses }));
    const networks = complete(readNetworks({ containerAddresses }, book));
    expect(networks.map(({ name, hosts }) => `${name} on ${hosts.join(', ')}`)).toEqual(expected);
  });
});
