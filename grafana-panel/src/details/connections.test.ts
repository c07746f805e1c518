import { expect, it } from 'vitest';
import { edgeOf, nodeOf, topologyOf } from '../scene/topology.fixture';
import { connectionsOf } from './connections';

const busy = { requestBytes: 5_000, responseBytes: 5_000 };
const topology = topologyOf(
  [nodeOf('web', { label: 'Web' }), nodeOf('app'), nodeOf('db'), nodeOf('cache')],
  [edgeOf('web', 'app'), edgeOf('app', 'db'), edgeOf('app', 'cache', busy), edgeOf('app', 'gone')],
);

it('tells who calls a node from whom it calls', () => {
  const { inbound, outbound } = connectionsOf(topology, 'app');
  expect(inbound.map(({ peer, port }) => [peer, port])).toEqual([['Web', '80']]);
  expect(outbound.map(({ peer }) => peer)).toEqual(['cache', 'db', 'gone']);
});

it('has a row for each server port', () => {
  const edge = edgeOf('web', 'app');
  const links = ['80', '443'].map((port) => ({ protocol: 'tcp', port, traffic: edge.traffic }));
  const { outbound } = connectionsOf(topologyOf([nodeOf('web'), nodeOf('app')], [{ ...edge, links }]), 'web');
  expect(outbound.map(({ port }) => port).sort()).toEqual(['443', '80']);
});

it('counts nothing as a connection that only says what belongs to what', () => {
  const membership = { ...edgeOf('web', 'network'), kind: 'membership' } as const;
  const { inbound } = connectionsOf(topologyOf([nodeOf('web'), nodeOf('network')], [membership]), 'network');
  expect(inbound).toEqual([]);
});

it('finds nothing for a node without edges', () => {
  expect(connectionsOf(topology, 'alone')).toEqual({ inbound: [], outbound: [] });
});
