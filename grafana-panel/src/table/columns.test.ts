import { describe, expect, it } from 'vitest';
import { edgeOf, nodeOf, topologyOf } from '../scene/topology.fixture';
import { columnsOf, rowsOf, sorted } from './columns';

const cpu = (value: number | null) => ({
  ...{ key: 'cpu', label: 'CPU', unit: 'percentunit', value, limit: null, expr: '' },
});
const TOPOLOGY = topologyOf(
  [
    nodeOf('web-10', { metrics: [cpu(0.2)], facts: [{ key: 'image', label: 'Image', values: ['web:3'] }] }),
    nodeOf('web-9', { metrics: [cpu(null)] }),
    nodeOf('db', { kind: 'process', metrics: [cpu(0.9)], health: 'critical' }),
  ],
  [edgeOf('web-10', 'db', { requestBytes: 10, responseBytes: null }), edgeOf('web-9', 'db')],
);
const COLUMNS = columnsOf(TOPOLOGY);
const order = (sort: string) => sorted(rowsOf(TOPOLOGY), COLUMNS, sort).map(({ node }) => node.id);

describe('the table', () => {
  it('has columns for the facts and metrics that its nodes have', () => {
    expect(COLUMNS.map(({ label }) => label)).toEqual([
      ...['Name', 'Kind', 'State', 'Image', 'CPU', 'Called by', 'Calls', 'Traffic'],
    ]);
  });

  it('does not say of each row what all are', () => {
    const labels = columnsOf(topologyOf([nodeOf('a'), nodeOf('b')], [])).map(({ label }) => label);
    expect(labels).not.toContain('Kind');
  });

  it('has a column for the relatives of each other view that no fact tells', () => {
    const on = (view: 'hosts' | 'workloads' | 'process-names', label: string) => ({ view, id: label, label });
    const topology = topologyOf(
      [
        nodeOf('a', {
          facts: [{ key: 'host', label: 'Host', values: ['h1'] }],
          relatives: [on('hosts', 'h1'), on('process-names', 'sh'), on('process-names', 'nginx')],
        }),
        nodeOf('b', { relatives: [on('workloads', 'shop')] }),
      ],
      [],
    );
    const columns = columnsOf(topology);
    expect(columns.map(({ label }) => label)).toEqual([
      ...['Name', 'State', 'Host', 'Processes by name', 'Workloads', 'Called by', 'Calls', 'Traffic'],
    ]);
    const [first] = rowsOf(topology);
    const texts = first ? columns.map(({ text }) => text(first, String)) : [];
    expect(texts.slice(2, 5)).toEqual(['h1', 'sh, nginx', '']);
  });

  it('says in one column how each is, and in another what its health check says', () => {
    const fact = (key: string, value: string) => ({ key, label: key, values: [value] });
    const topology = topologyOf(
      [
        nodeOf('a', { facts: [fact('state', 'running')] }),
        nodeOf('b', {
          health: 'critical',
          facts: [fact('state', 'running'), fact('health', 'unhealthy')],
        }),
        nodeOf('c', { health: 'stopped', facts: [fact('state', 'exited')] }),
        nodeOf('d', { health: 'unknown' }),
      ],
      [],
    );
    const columns = columnsOf(topology);
    expect(columns.map(({ label }) => label).slice(0, 3)).toEqual(['Name', 'State', 'Health check']);
    const texts = sorted(rowsOf(topology), columns, 'state').map((row) =>
      columns.slice(0, 3).map(({ text }) => text(row, String)),
    );
    expect(texts).toEqual([
      ['b', 'running, critical', 'unhealthy'],
      ['a', 'running', ''],
      ['d', '', ''],
      ['c', 'exited', ''],
    ]);
  });

  it.each([
    { sort: '', ids: ['db', 'web-9', 'web-10'], by: 'name, numbers in it by their value' },
    { sort: '-name', ids: ['web-10', 'web-9', 'db'], by: 'name backwards' },
    { sort: 'cpu', ids: ['web-10', 'db', 'web-9'], by: 'a metric, what is not measured last' },
    { sort: '-cpu', ids: ['db', 'web-10', 'web-9'], by: 'a metric backwards, what is not measured last' },
    { sort: '-inbound', ids: ['db', 'web-9', 'web-10'], by: 'the number of callers' },
    { sort: 'no-such-column', ids: ['db', 'web-9', 'web-10'], by: 'name where the column is gone' },
  ])('is sorted by $by', ({ sort, ids }) => {
    expect(order(sort)).toEqual(ids);
  });

  it('sums the bytes of all connections', () => {
    expect(rowsOf(TOPOLOGY).find(({ node }) => node.id === 'db')).toMatchObject({ inbound: 2, bytes: 310 });
  });
});
