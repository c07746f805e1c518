import type { DataFrame } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { demoAnswers } from '../fixtures/demo';
import { complete } from '../graph/steps';
import type { Topology } from '../graph/topology';
import { buildTopology } from '../views/build';
import { VIEWS } from '../views/register';
import { tableFrames } from './table-frames';

const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
const PROMETHEUS = { uid: 'prom', type: 'prometheus' };
const TOPOLOGY: Topology = {
  ...complete(
    buildTopology(VIEWS.containers, demoAnswers(VIEWS.containers), OPTIONS, { at: 0, notices: [] }),
  ),
  prometheus: PROMETHEUS,
};
const [NODES, EDGES] = tables(TOPOLOGY);

describe('the tables of a picture', () => {
  it('are called by what their rows are, and are tables to Explore', () => {
    expect(
      [NODES, EDGES].map(({ name, refId, meta }) => [name, refId, meta?.preferredVisualisationType]),
    ).toEqual([
      ['Containers', 'A', 'table'],
      ['Connections', 'A', 'table'],
    ]);
  });

  it('have a row a node by name, and a row a connection, the busiest first', () => {
    expect(column(NODES, 'Name')).toEqual([...TOPOLOGY.nodes.map(({ label }) => label)].sort());
    expect(EDGES.length).toBe(TOPOLOGY.edges.length);
    const bytes = column(EDGES, 'Requests').map(
      (value, row) => Number(value) + Number(column(EDGES, 'Responses')[row]),
    );
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
  });

  it('name clients and servers as people know them', () => {
    expect(column(EDGES, 'Client')).toContain('toposcope-demo-lb1');
    expect(column(EDGES, 'Server')).toContain('toposcope-demo-db1');
  });

  it('have units on their numbers, and no column of nothing', () => {
    const numbers = [...NODES.fields, ...EDGES.fields].filter(({ type }) => (type as string) === 'number');
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers.filter(({ config: { unit = '' } }) => unit === '').map(({ name }) => name)).toEqual([]);
    expect(NODES.fields.map(({ name }) => name)).not.toContain('Alerts');
  });

  it('lead from each number that has PromQL to Explore, by a column that is not shown', () => {
    const { name, config } =
      NODES.fields.find(({ config: { links } }) => links !== undefined) ?? expect.fail('no links');
    expect(name).toBe('CPU');
    expect(config.links?.[0]).toMatchObject({
      title: 'Over time',
      internal: { datasourceUid: 'prom', query: { expr: '${__data.fields.expr_0}', datasource: PROMETHEUS } },
    });
    const hidden = NODES.fields.find((field) => field.name === 'expr_0');
    expect(hidden?.config.custom).toMatchObject({ hidden: true });
    expect(hidden?.values).toContain(
      TOPOLOGY.nodes.find(({ kind }) => kind === 'container')?.metrics[0]?.expr,
    );
  });

  it('have no links where nobody knows the Prometheus', () => {
    const without = Object.fromEntries(
      Object.entries(TOPOLOGY).filter(([key]) => key !== 'prometheus'),
    ) as unknown as Topology;
    const [nodes, edges] = tables(without);
    expect([...nodes.fields, ...edges.fields].filter(({ config }) => config.links !== undefined)).toEqual([]);
  });

  it('give moments as moments', () => {
    const created = NODES.fields.filter(({ type }) => (type as string) === 'time');
    expect(created.map(({ name }) => name)).toEqual(['Started', 'Created']);
    expect(created[0]?.values[0]).toBeGreaterThan(1_600_000_000_000);
  });

  it('tell the value of edges of the user’s own, and what is different from another moment', () => {
    const [edge] = TOPOLOGY.edges;
    const own = { ...edge, kind: 'custom', value: { label: 'Calls', unit: 'reqps', value: 7 }, links: [] };
    const change = { kind: 'changed', differences: [{ label: 'Image', before: 'a:1', after: 'a:2' }] };
    const nodes = TOPOLOGY.nodes.map((node, index) => (index === 0 ? { ...node, change } : node));
    const [first, second] = tables({
      ...TOPOLOGY,
      comparedWith: 1,
      nodes,
      edges: [own],
    } as unknown as Topology);
    expect(column(first, 'Change')).toContain('changed; Image: a:1 → a:2');
    expect(second.fields.map(({ name, values }) => [name, values[0] as unknown])).toContainEqual([
      'Calls',
      7,
    ]);
    expect(second.fields.map(({ name }) => name)).not.toContain('Open');
    expect(second.fields.map(({ name }) => name)).toContain('expr');
  });

  it('end at ten thousand rows, and say so', () => {
    const [node] = TOPOLOGY.nodes;
    const nodes = Array.from({ length: 10_001 }, (_, index) => ({ ...node, id: `n${index}` }));
    const [many] = tables({ ...TOPOLOGY, nodes } as Topology);
    expect([many.length, many.fields[0]?.values.length]).toEqual([10_000, 10_000]);
    expect(many.meta?.notices?.[0]?.text).toMatch(/^10000 of 10001 rows are shown\. Choose hosts/);
  });
});

function tables(topology: Topology): [DataFrame, DataFrame] {
  return complete(tableFrames(topology, 'A')) as [DataFrame, DataFrame];
}

function column(frame: DataFrame, name: string): readonly unknown[] {
  return (frame.fields.find((field) => field.name === name)?.values ?? []) as readonly unknown[];
}
