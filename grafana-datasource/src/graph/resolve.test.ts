import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Row, vectorOfRows } from '../fixtures/vector-of-rows';
import { AddressBook } from './address-book';
import { joinConnections } from './connections';
import type { Endpoint } from './endpoint';
import { resolve } from './resolve';
import { complete } from './steps';
import type { Vectors } from './vectors';

const EDGE = { role: 'client', protocol: 'tcp', port: '80', peer_ip: '172.17.0.2' };
const CALLER = { host: 'a', container_id: 'caller' };

/** On each host a container of that address, in the network named; `listens` are those that a listener is known of. */
function addresses(owners: Readonly<Record<string, string>>, listens: readonly string[]): Vectors {
  const containers = Object.entries(owners).map(([place, network]) => {
    const [host = '', container_id = ''] = place.split('/');
    return { host, container_id, network, ip: '172.17.0.2' };
  });
  return {
    containerAddresses: vector([...containers, { ...CALLER, network: 'bridge', ip: '172.17.0.9' }]),
    listeners: vector(
      listens.map((place) => {
        const [host = '', container_id = ''] = place.split('/');
        return { host, container_id, process: 'web', protocol: 'tcp', ip: '0.0.0.0', port: '80' };
      }),
    ),
  };
}

describe('whom a client has dialled', () => {
  const web: Endpoint = { kind: 'container', host: 'a', container: 'web', process: 'web' };
  const ambiguous: Endpoint = { kind: 'ambiguous', host: 'a', ip: '172.17.0.2' };

  it.each<[string, Vectors, Record<string, string>, Endpoint]>([
    [
      'the container that the row names, whoever else has the address',
      addresses({ 'a/web': 'left', 'a/other': 'right' }, ['a/web', 'a/other']),
      { ...CALLER, peer_container_id: 'web', peer_process: 'web' },
      web,
    ],
    [
      'nobody, where its own host saw who has the address and did not name it: a look-alike has it, too',
      addresses({ 'a/web': 'bridge' }, ['a/web']),
      CALLER,
      ambiguous,
    ],
    [
      'nobody, also when the look-alike that is known does not listen',
      addresses({ 'a/web': 'bridge' }, ['a/caller']),
      CALLER,
      ambiguous,
    ],
    [
      'nobody, after address translation',
      addresses({ 'a/web': 'bridge' }, ['a/web']),
      { ...CALLER, peer_ip: '10.96.0.1', actual_peer_ip: '172.17.0.2', actual_port: '80' },
      ambiguous,
    ],
    [
      'who has the address, where its host may not look into containers',
      addresses({ 'a/web': 'bridge' }, []),
      CALLER,
      { ...web, process: '' },
    ],
    [
      'nobody there, either, where two networks overlap',
      addresses({ 'a/web': 'left', 'a/other': 'right' }, []),
      CALLER,
      ambiguous,
    ],
    [
      'nobody of two networks of another host that overlap',
      addresses({ 'b/web': 'left', 'b/other': 'right' }, ['b/web']),
      CALLER,
      { ...ambiguous, host: 'b' },
    ],
    [
      'the container of another host that listens, of those in a pod',
      addresses({ 'b/pause': 'pod', 'b/web': 'pod' }, ['b/web']),
      CALLER,
      { ...web, host: 'b' },
    ],
  ])('is %s', (_, vectors, labels, expected) => {
    expect(serverOf(vectors, labels)).toEqual(expected);
  });

  it('is who it was or nobody, in whatever networks overlap and whatever of them is known', () => {
    const place = fc.record({
      ip: fc.constantFrom('172.17.0.2', '172.17.0.3'),
      network: fc.constantFrom('left', 'right'),
      isManaged: fc.boolean(),
      listens: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 5 }), fc.nat(), (found, number) => {
        const places = found.map((each, index) => ({ ...each, id: `c${index}` }));
        const dialled = places[number % places.length] ?? places[0];
        const managed = places.filter(({ isManaged }) => isManaged);
        const vectors: Vectors = {
          containerAddresses: vector([
            { ...CALLER, network: 'left', ip: '172.17.0.9' },
            ...managed.map(({ id, network, ip }) => ({ host: 'a', container_id: id, network, ip })),
          ]),
          listeners: vector(
            [{ id: 'caller', listens: true }, ...managed]
              .filter(({ listens }) => listens)
              .map(({ id }) => ({
                host: 'a',
                container_id: id,
                process: 'p',
                protocol: 'tcp',
                ip: '::',
                port: '80',
              })),
          ),
        };
        // As the exporter does: it names who alone has the address on its host.
        const isAlone = places.filter(({ ip }) => ip === dialled?.ip).length === 1;
        const named = isAlone && dialled?.isManaged === true ? dialled.id : '';
        const server = serverOf(vectors, { ...CALLER, peer_ip: dialled?.ip ?? '', peer_container_id: named });
        expect(server?.kind === 'container' ? server.container : dialled?.id).toBe(dialled?.id);
      }),
    );
  });
});

function serverOf(vectors: Vectors, labels: Record<string, string>): Endpoint | undefined {
  const { rows } = complete(joinConnections({ edgeOpen: vector([{ ...EDGE, ...labels }]) }));
  const [row] = rows;
  return row && resolve(row, complete(AddressBook.read(vectors)), () => true)?.server;
}

function vector(rows: readonly Record<string, string>[]) {
  return vectorOfRows(rows.map((labels): Row => ({ labels, value: 1 })));
}
