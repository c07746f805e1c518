import { describe, expect, it } from 'vitest';
import { type Row, vectorOfRows } from '../fixtures/vector-of-rows';
import { AddressBook } from './address-book';
import { complete } from './steps';
import type { Vectors } from './vectors';

/** Two hosts with the same Docker bridge, an overlay network over both, and a host that is reached by its address. */
const VECTORS: Vectors = {
  hostAddresses: rows('host interface ip', [
    'a lo 127.0.0.1',
    'a eth0 10.0.0.1',
    'a docker0 172.17.0.1',
    'b lo 127.0.0.1',
    'b eth0 10.0.0.2',
    'b docker0 172.17.0.1',
    'c eth0 10.0.0.3',
  ]),
  containerAddresses: rows('host container_id network ip', [
    'a aaaaaaaaaaa1 bridge 172.17.0.2',
    'b bbbbbbbbbbb1 bridge 172.17.0.2',
    'b bbbbbbbbbbb2 bridge 172.17.0.3',
    'b bbbbbbbbbbb3 overlay 10.99.0.7',
    'b bbbbbbbbbbb4 pod 10.244.0.7',
    'b bbbbbbbbbbb5 pod 10.244.0.7',
    'b bbbbbbbbbbb6 pod 10.244.0.7',
  ]),
  containerPorts: rows('host container_id host_ip host_port port protocol', [
    'b bbbbbbbbbbb2 0.0.0.0 8080 80 tcp',
    'b bbbbbbbbbbb1 127.0.0.1 9090 90 tcp',
  ]),
  listeners: rows('host container_id process protocol ip port', [
    'b bbbbbbbbbbb2 nginx tcp 0.0.0.0 80',
    'b bbbbbbbbbbb3 java tcp 10.99.0.7 9000',
    'b bbbbbbbbbbb5 envoy tcp 0.0.0.0 15001',
    'b bbbbbbbbbbb6 nginx tcp 0.0.0.0 80',
    'b - docker-proxy tcp 0.0.0.0 8080',
    'b - sshd tcp 0.0.0.0 22',
    'b - chronyd udp 0.0.0.0 123',
    'b bbbbbbbbbbb9 haproxy tcp 0.0.0.0 443',
    'a - postgres tcp 127.0.0.1 5432',
  ]),
};
const BOOK = complete(AddressBook.read(VECTORS));

describe('who is reached', () => {
  it.each([
    ['a container on the viewer’s own bridge', 'a', '172.17.0.2', '80', container('a', 'aaaaaaaaaaa1')],
    ['the same address seen from another host', 'b', '172.17.0.2', '80', container('b', 'bbbbbbbbbbb1')],
    ['an address of the own bridge that only another host’s bridge has', 'a', '172.17.0.3', '80', undefined],
    [
      'a bridge address from a host without that bridge, had by two hosts',
      'c',
      '172.17.0.2',
      '80',
      undefined,
    ],
    [
      'an overlay address from another host',
      'a',
      '10.99.0.7',
      '9000',
      container('b', 'bbbbbbbbbbb3', 'java'),
    ],
    ['the container of a pod that listens', 'a', '10.244.0.7', '80', container('b', 'bbbbbbbbbbb6', 'nginx')],
    ['another one at another port', 'a', '10.244.0.7', '15001', container('b', 'bbbbbbbbbbb5', 'envoy')],
    ['the first of a pod where none listens', 'a', '10.244.0.7', '7', container('b', 'bbbbbbbbbbb4')],
    ['a published port of another host', 'a', '10.0.0.2', '8080', container('b', 'bbbbbbbbbbb2', 'nginx')],
    ['a port published on loopback, dialled at the host’s address', 'a', '10.0.0.2', '9090', host('b')],
    ['a host’s own process', 'a', '10.0.0.2', '22', host('b', 'sshd')],
    [
      'a container in the host’s namespace',
      'a',
      '10.0.0.2',
      '443',
      container('b', 'bbbbbbbbbbb9', 'haproxy'),
    ],
    ['a host at a port that nobody listens on', 'a', '10.0.0.2', '1', host('b')],
    ['the gateway of the own bridge', 'b', '172.17.0.1', '22', host('b', 'sshd')],
    ['the published port at the gateway', 'b', '172.17.0.1', '8080', container('b', 'bbbbbbbbbbb2', 'nginx')],
    ['loopback of the host', 'a', '127.0.0.1', '5432', host('a', 'postgres')],
    ['loopback where nobody is known to listen', 'b', '127.0.0.1', '5432', host('b')],
    ['an address of nobody', 'a', '10.0.0.9', '80', undefined],
    ['something that is no address', 'a', 'internet', '80', undefined],
  ])('is told of %s', (_, viewer, ip, port, endpoint) => {
    expect(BOOK.find({ ip, port, protocol: 'tcp' }, { host: viewer, container: '' })).toEqual(endpoint);
  });

  it('is itself at loopback for a container with its own addresses', () => {
    const viewer = { host: 'b', container: 'bbbbbbbbbbb2' };
    expect(BOOK.find({ ip: '127.0.0.1', port: '80', protocol: 'tcp' }, viewer)).toEqual(
      container('b', 'bbbbbbbbbbb2', 'nginx'),
    );
  });

  it('tells the protocols apart', () => {
    const viewer = { host: 'a', container: '' };
    expect(BOOK.find({ ip: '10.0.0.2', port: '123', protocol: 'udp' }, viewer)).toEqual(host('b', 'chronyd'));
    expect(BOOK.find({ ip: '10.0.0.2', port: '123', protocol: 'tcp' }, viewer)).toEqual(host('b'));
  });
});

function rows(names: string, lines: readonly string[]) {
  return vectorOfRows(
    lines.map((line): Row => {
      const values = line.split(' ').map((value) => (value === '-' ? '' : value));
      return {
        labels: Object.fromEntries(names.split(' ').map((name, at) => [name, values[at] ?? ''])),
        value: 1,
      };
    }),
  );
}

function container(name: string, id: string, process = '') {
  return { kind: 'container', host: name, container: id, process };
}

function host(name: string, process = '') {
  return { kind: 'host', host: name, process };
}
