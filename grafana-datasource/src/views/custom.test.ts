import { describe, expect, it } from 'vitest';
import { type Row, vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import type { Topology } from '../graph/topology';
import type { CustomSpec } from '../query';
import { buildTopology } from './build';
import { customViewOf } from './custom';
import { VIEWS } from './register';

type Labels = Record<string, string>;

describe('a picture of one’s own PromQL', () => {
  it.each<[string, Partial<CustomSpec['edges'][number]>, readonly [Labels, number][], readonly string[]]>([
    [
      'by the labels client and server',
      {},
      [
        [{ client: 'web', server: 'db' }, 4],
        [{ client: 'user', server: 'web' }, 10],
      ],
      ['user > web = 10', 'web > db = 4'],
    ],
    [
      'by labels that are named, spaces around them or not',
      { source: ' from ', target: 'to' },
      [[{ from: 'a', to: 'b', client: 'x', server: 'y' }, 1]],
      ['a > b = 1'],
    ],
    [
      'added up where several series name one pair',
      {},
      [
        [{ client: 'web', server: 'db', method: 'get' }, 4],
        [{ client: 'web', server: 'db', method: 'put' }, 1],
      ],
      ['web > db = 5'],
    ],
    [
      'both ways where both talk',
      {},
      [
        [{ client: 'a', server: 'b' }, 1],
        [{ client: 'b', server: 'a' }, 2],
      ],
      ['a > b = 1', 'b > a = 2'],
    ],
    ['from a node to itself', {}, [[{ client: 'a', server: 'a' }, 1]], ['a > a = 1']],
    [
      'not where an end has no name',
      {},
      [
        [{ client: 'a', server: '' }, 1],
        [{ server: 'b' }, 1],
      ],
      [],
    ],
    ['not where there is no number', {}, [[{ client: 'a', server: 'b' }, NaN]], []],
    [
      'between names that hold what ids are made of',
      {},
      [[{ client: 'a>b', server: 'c/d%' }, 1]],
      ['a>b > c/d% = 1'],
    ],
  ])('has edges %s', (_, spec, series, expected) => {
    const topology = draw({ edges: [{ expr: 'calls', ...spec }] }, { 'custom-edges-0': rows(series) });
    const names = new Map(topology.nodes.map(({ id, label }) => [id, label]));
    expect(
      topology.edges.map(
        ({ source, target, value }) =>
          `${names.get(source) ?? ''} > ${names.get(target) ?? ''} = ${value?.value ?? ''}`,
      ),
    ).toEqual(expected);
    expect(topology.notices.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('has the first expression’s number on an edge that two name', () => {
    const spec = {
      edges: [
        { expr: 'calls', name: 'Calls', unit: 'reqps' },
        { expr: 'bytes', name: 'Bytes', unit: 'Bps' },
      ],
    };
    const pair = { client: 'a', server: 'b' };
    const { edges } = draw(spec, {
      'custom-edges-0': rows([[pair, 4]]),
      'custom-edges-1': rows([[pair, 900]]),
    });
    expect(edges.map(({ kind, value }) => [kind, value])).toEqual([
      ['custom', { label: 'Calls', unit: 'reqps', value: 4 }],
    ]);
  });

  it('has PromQL of each edge and node, narrowed to it', () => {
    const spec = { edges: [{ expr: 'calls' }], nodes: [{ expr: 'errors', label: 'app' }] };
    const { nodes, edges } = draw(spec, {
      'custom-edges-0': rows([[{ client: 'a"x', server: 'b' }, 4]]),
      'custom-nodes-0': rows([[{ app: 'b' }, 1]]),
    });
    expect(edges[0]?.expr).toBe(
      'sum(((calls) and on (client) label_replace(vector(1), "client", "a\\"x", "", "")) and on (server) label_replace(vector(1), "server", "b", "", ""))',
    );
    expect(nodes.find(({ label }) => label === 'b')?.metrics[0]?.expr).toBe(
      'sum((errors) and on (app) label_replace(vector(1), "app", "b", "", ""))',
    );
  });

  it('has nodes with their numbers and their other labels, also where no edge reaches them', () => {
    const spec: CustomSpec = {
      edges: [{ expr: 'calls' }],
      nodes: [
        { expr: 'errors', name: 'Errors', unit: 'reqps', max: 20 },
        { expr: 'latency', name: 'Latency', unit: 's' },
      ],
    };
    const { nodes } = draw(spec, {
      'custom-edges-0': rows([[{ client: 'a', server: 'b' }, 1]]),
      'custom-nodes-0': rows([
        [{ service: 'b', team: 'shop', __name__: 'errors' }, 3],
        [{ service: 'b', team: 'shop' }, 4],
        [{ service: 'lonely' }, 0],
      ]),
      'custom-nodes-1': rows([[{ service: 'b' }, 0.2]]),
    });
    expect(
      nodes.map(({ label, kind, metrics, facts }) => [
        label,
        kind,
        metrics
          .map((metric) => `${metric.label} ${metric.value} ${metric.unit} of ${metric.limit}`)
          .join(', '),
        facts.map(({ key, values }) => `${key}=${values.join()}`).join(),
      ]),
    ).toEqual([
      ['a', 'custom', '', ''],
      ['b', 'custom', 'Errors 7 reqps of 20, Latency 0.2 s of null', 'team=shop'],
      ['lonely', 'custom', 'Errors 0 reqps of 20', ''],
    ]);
  });

  it('says how much is left out where a slip in a label makes too many edges', () => {
    const series = ['b', 'c', 'd', 'b', 'e'].map((server): [Labels, number] => [{ client: 'a', server }, 1]);
    const answers = { 'custom-edges-0': rows(series) };
    const { edges, notices } = draw({ edges: [{ expr: 'calls' }] }, answers, customViewOf(2));
    expect(edges.map(({ id, value }) => [id, value?.value])).toEqual([
      ['custom:a>custom:b', 2],
      ['custom:a>custom:c', 1],
    ]);
    expect(notices.map(({ message, action }) => `${message} ${action}`)).toContain(
      'The PromQL names more than 2 pairs: 2 series are left out. Add its series up by fewer labels, or choose some of them.',
    );
  });
});

function draw(custom: CustomSpec, answers: Record<string, Row[]>, view = VIEWS.custom): Topology {
  const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [], custom };
  const own = new Map(Object.entries(answers).map(([key, series]) => [key, vectorOfRows(series)]));
  return complete(buildTopology(view, {}, options, { at: 0, notices: [], own }));
}

function rows(series: readonly (readonly [Labels, number])[]): Row[] {
  return series.map(([labels, value]) => ({ labels, value }));
}
