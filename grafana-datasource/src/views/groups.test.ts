import { describe, expect, it } from 'vitest';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import type { Topology } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import type { GroupSpec } from '../query';
import { buildTopology } from './build';
import { VIEWS } from './register';

const CONTAINERS = [
  { host: 'h1', id: 'a1', name: 'web', image: 'shop/web:1', namespace: 'shop', team: 'front' },
  { host: 'h1', id: 'a2', name: 'cart', image: 'shop/cart:1', namespace: 'shop', team: 'back' },
  { host: 'h2', id: 'a3', name: 'db', image: 'postgres:16', namespace: 'data', team: 'back' },
  { host: 'h2', id: 'a4', name: 'cron', image: 'cron:1', namespace: '', team: '' },
];
const EDGES = [
  ['a1', 'a2'],
  ['a2', 'a3'],
  ['a1', 'a3'],
];

describe('groups by a label', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    [
      'what the exporter knows',
      'namespace',
      ['data: db', 'no namespace: cron', 'shop: web cart'],
      ['shop > data', 'shop > shop'],
    ],
    [
      'an exported label of containers',
      'team',
      ['back: cart db', 'front: web', 'no team: cron'],
      ['back > back', 'front > back'],
    ],
    [
      'the same by its full name',
      'label_team',
      ['back: cart db', 'front: web', 'no label_team: cron'],
      ['back > back', 'front > back'],
    ],
    [
      'a label of their hosts',
      'os',
      ['Alpine: db cron', 'Debian: web cart'],
      ['Debian > Alpine', 'Debian > Debian'],
    ],
    ['their host', 'host', ['h1: web cart', 'h2: db cron'], ['h1 > h2', 'h1 > h1']],
    ['a label that nothing has', 'planet', ['no planet: web cart db cron'], ['no planet > no planet']],
  ])('are by %s', (_, label, groups, edges) => {
    const topology = draw({ label });
    const names = new Map(topology.nodes.map(({ id, label: name }) => [id, name]));
    const nameOf = (id: string) => names.get(id) ?? '';
    expect(
      topology.nodes.map(({ label: name, relatives }) => `${name}: ${membersOf(relatives)}`).sort(),
    ).toEqual(groups);
    expect(
      topology.edges.map(({ source, target }) => `${nameOf(source)} > ${nameOf(target)}`).sort(),
    ).toEqual([...edges].sort());
  });

  it('are by the label of one’s own series, of a container or of all on a host', () => {
    const { nodes } = draw({ label: 'owner', expr: 'owners' }, [
      { host: 'h1', container_id: 'a1', owner: 'ann' },
      { host: 'h2', owner: 'bob' },
    ]);
    expect(nodes.map(({ label, relatives }) => `${label}: ${membersOf(relatives)}`).sort()).toEqual([
      'ann: web',
      'bob: db cron',
      'no owner: cart',
    ]);
  });

  it('say what they are made of', () => {
    const node = draw({ label: 'team' }).nodes.find(({ label }) => label === 'back');
    expect(node).toMatchObject({
      id: 'group:team/back',
      kind: 'group',
      sublabel: '2 containers',
      count: 2,
      group: '',
    });
    expect(node?.facts.map(({ label, values }) => `${label}: ${values.join(', ')}`)).toEqual([
      'Label: team',
      'Value: back',
      'Containers: 2',
      'Images: postgres:16, shop/cart:1',
      'Hosts: h1, h2',
    ]);
  });

  it('add up what is between them', () => {
    const { edges } = draw({ label: 'host' });
    expect(edges.map(({ id, traffic: { open } }) => [id, open])).toEqual([
      ['group:host/h1>group:host/h1', 1],
      ['group:host/h1>group:host/h2', 2],
    ]);
  });
});

function draw(groupBy: GroupSpec, own: readonly Record<string, string>[] = []): Topology {
  const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [], groupBy };
  const answers = new Map(own.length === 0 ? [] : [['group-by', vector(own)] as const]);
  return complete(buildTopology(VIEWS.groups, vectors(), options, { at: 0, notices: [], own: answers }));
}

function vectors(): Vectors {
  const of = (read: (container: (typeof CONTAINERS)[number]) => Record<string, string>) =>
    vector(
      CONTAINERS.map((container) => ({
        host: container.host,
        container_id: container.id,
        ...read(container),
      })),
    );
  return {
    exporters: vector([
      { host: 'h1', version: '1' },
      { host: 'h2', version: '1' },
    ]),
    hostInfo: vector([
      { host: 'h1', os: 'Debian' },
      { host: 'h2', os: 'Alpine' },
    ]),
    hostAddresses: vector([{ host: 'h2', ip: '10.0.0.2', interface: 'eth0' }]),
    containerInfo: of(({ name, image }) => ({ name, image })),
    containerState: of(() => ({ state: 'running' })),
    containerWorkload: of(({ namespace }) => ({ orchestrator: 'compose', namespace })),
    containerLabels: of(({ team }) => ({ label_team: team })),
    containerAddresses: of(({ id }) => ({ ip: `10.1.0.${id.slice(1)}`, network: 'shop' })),
    edgeOpen: vector(
      EDGES.map(([from = '', to = '']) => ({
        host: CONTAINERS.find(({ id }) => id === from)?.host ?? '',
        container_id: from,
        role: 'client',
        protocol: 'tcp',
        port: '80',
        peer_ip: `10.1.0.${to.slice(1)}`,
      })),
    ),
  };
}

function vector(labels: readonly Record<string, string>[]) {
  return vectorOfRows(labels.map((row) => ({ labels: row, value: 1 })));
}

function membersOf(relatives: Topology['nodes'][number]['relatives']): string {
  const names = CONTAINERS.map(({ name }) => name);
  return names.filter((name) => relatives.some(({ label }) => label === name)).join(' ');
}
