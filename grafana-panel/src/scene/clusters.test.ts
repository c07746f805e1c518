import { expect, it } from 'vitest';
import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { clustersOf } from './clusters';
import { edgeOf, nodeOf, topologyOf } from './topology.fixture';

it('leaves a picture alone that is small enough to be drawn line by line', () => {
  expect(
    clustersOf(
      topologyOf(
        many(20, (id) => nodeOf(id, { group: 'host' })),
        [],
      ),
    ),
  ).toBeUndefined();
});

it('groups containers by their namespace, and by their host where they have none', () => {
  const nodes = many(600, (id, index) =>
    nodeOf(id, {
      group: 'host-1',
      facts: index % 2 === 0 ? [{ key: 'namespace', label: 'Namespace', values: ['shop'] }] : [],
    }),
  );
  const clusters = clustersOf(topologyOf(nodes, []));
  expect([clusters?.get('n0'), clusters?.get('n1')]).toEqual(['shop', 'host-1']);
});

it('groups hosts by the beginning of their names where their lines cannot be told apart', () => {
  const labels = many(60, (id, index) =>
    nodeOf(id, { kind: 'host', group: id, label: `${index < 40 ? 'app' : 'db-eu'}-${index}.example.com` }),
  );
  const edges = labels.flatMap(({ id }) => labels.slice(0, 40).map((other) => edgeOf(id, other.id)));
  const clusters = clustersOf({ ...topologyOf(labels, edges), view: 'hosts' });
  expect([clusters?.get('n0'), clusters?.get('n50')]).toEqual(['app', 'db-eu']);
});

it('puts members of networks with their network, and what is outside in no group', () => {
  const members = many(600, (id) => nodeOf(id));
  const nodes = [
    ...members,
    nodeOf('internet', { kind: 'internet' }),
    nodeOf('blue', { kind: 'network' }),
    nodeOf('red', { kind: 'network' }),
  ];
  const edges = members.map(({ id }, index) => edgeOf(id, index % 2 === 0 ? 'blue' : 'red'));
  const clusters = clustersOf({ ...topologyOf(nodes, edges), view: 'networks' });
  expect(['n0', 'n1', 'blue', 'internet'].map((id) => clusters?.get(id))).toEqual([
    'blue',
    'red',
    'blue',
    '',
  ]);
});

it('puts members of networks together however few they are', () => {
  const network = (id: string, host: string) => nodeOf(id, { kind: 'network', label: 'bridge', group: host });
  const topology = topologyOf(
    [nodeOf('a'), nodeOf('b'), nodeOf('alone'), network('one', 'h1'), network('two', 'h2')],
    [edgeOf('a', 'one'), edgeOf('b', 'two')],
  );
  const clusters = clustersOf({ ...topology, view: 'networks' });
  expect(Object.fromEntries(clusters ?? [])).toEqual({
    ...{ a: 'bridge on h1', one: 'bridge on h1' },
    ...{ b: 'bridge on h2', two: 'bridge on h2' },
    alone: 'no network',
  });
});

it('has nothing to group where nobody is of a group', () => {
  expect(
    clustersOf(
      topologyOf(
        many(600, (id) => nodeOf(id)),
        [],
      ),
    ),
  ).toBeUndefined();
});

function many(count: number, make: (id: string, index: number) => TopologyNode): TopologyNode[] {
  return Array.from({ length: count }, (_, index) => make(`n${index}`, index));
}
