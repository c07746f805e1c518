import { describe, expect, it } from 'vitest';
import { edgeOf, nodeOf, topologyOf } from '../scene/topology.fixture';
import { evaluate } from './evaluate';
import { narrow } from './narrow';
import { neighbourhood } from './neighbourhood';
import { parseSearch } from './parse';
import { searchablesOf } from './searchable';

const NOW = 10_000;
const metric = (key: string, value: number | null, limit: number | null, unit = 'bytes') => ({
  ...{ key, label: key === 'network_receive' ? 'Network in' : key, unit, value, limit, expr: '' },
});
const TOPOLOGY = {
  ...topologyOf(
    [
      nodeOf('web-1', {
        sublabel: 'shop/web:3',
        facts: [
          { key: 'image', label: 'Image', values: ['shop/web:3'] },
          { key: 'id', label: 'Id', values: ['4f9deb1c2a777db0e5'] },
          { key: 'restarts', label: 'Restarts', values: ['3'] },
          { key: 'started', label: 'Started', values: ['9990'], format: 'time' },
        ],
        metrics: [metric('cpu', 0.6, 2, 'suffix:cores'), metric('memory', 900, 1000)],
        relatives: [{ view: 'hosts', id: 'h1', label: 'node-1' }],
      }),
      nodeOf('web-2', {
        facts: [
          { key: 'restarts', label: 'Restarts', values: ['0'] },
          { key: 'started', label: 'Started', values: ['100'], format: 'time' },
        ],
        metrics: [metric('cpu', 0.6, null, 'suffix:cores'), metric('memory', null, 1000)],
        health: 'critical',
      }),
      nodeOf('db', { kind: 'process', metrics: [metric('network_receive', 5_000, null, 'Bps')] }),
      nodeOf('nginx', { sublabel: 'nginx:1.25' }),
    ],
    [edgeOf('web-1', 'db', { failed: 2 }), edgeOf('web-2', 'web-1')],
  ),
  at: NOW * 1000,
};
const SEARCHABLES = searchablesOf(TOPOLOGY);

function found(text: string): string[] {
  const { expression } = parseSearch(text);
  return expression ? [...evaluate(expression, SEARCHABLES, NOW).matches] : [];
}

describe('a search finds', () => {
  it.each([
    { text: 'web', finds: ['web-1', 'web-2'], by: 'a part of the name' },
    { text: '^web.1$', finds: ['web-1'], by: 'a regular expression' },
    { text: 'SHOP', finds: ['web-1'], by: 'facts, whatever the case' },
    { text: 'node-1', finds: ['web-1'], by: 'relatives' },
    { text: 'host:node', finds: ['web-1'], by: 'a relative as a field' },
    { text: 'kind:process', finds: ['db'], by: 'the kind' },
    { text: 'health:critical', finds: ['web-2'], by: 'the health' },
    { text: 'nginx:1.25', finds: ['nginx'], by: 'text that only looks like a field' },
    { text: 'port:80', finds: ['web-1', 'web-2', 'db'], by: 'the ports of connections' },
    { text: 'web -health:critical', finds: ['web-1'], by: 'what it is not' },
    { text: 'cpu > 50%', finds: ['web-2'], by: 'a share of the limit, or of a core' },
    { text: 'cpu >= 0.6', finds: ['web-1', 'web-2'], by: 'a plain number' },
    { text: 'memory >= 90%', finds: ['web-1'], by: 'a share, never of what is not measured' },
    { text: 'network_in > 4k', finds: ['db'], by: 'a metric by its label, with a unit' },
    { text: 'restarts > 0', finds: ['web-1'], by: 'a fact that is a number' },
    { text: 'started < 1m', finds: ['web-1'], by: 'the age of a moment' },
    { text: 'failed > 0', finds: ['web-1', 'db'], by: 'failing connections' },
    { text: 'inbound = 0 outbound = 0', finds: ['nginx'], by: 'the number of peers' },
    { text: '4f9deb1c', finds: ['web-1'], by: 'the beginning of an identifier' },
    { text: 'db', finds: ['db'], by: 'a short word, but not within identifiers' },
    { text: 'id:777db', finds: ['web-1'], by: 'any part of an identifier that is asked for by its field' },
    { text: 'nothing_like_it > 5', finds: [], by: 'a field that nobody has' },
  ])('$text by $by', ({ text, finds }) => {
    expect(found(text)).toEqual(finds);
  });

  it('and says which fields nobody has', () => {
    const { expression } = parseSearch('web or cqu > 5 or cluster:a');
    expect(expression && evaluate(expression, SEARCHABLES, NOW).unknown).toEqual([
      { field: 'cqu', from: 7, to: 14 },
      { field: 'cluster', from: 18, to: 27 },
    ]);
  });
});

describe('a picture is narrowed', () => {
  it('to what matches every pinned search, with the edges between', () => {
    const { nodes, edges } = narrow(TOPOLOGY, ['web', 'restarts > 0 or kind:container'], undefined);
    expect(nodes.map(({ id }) => id)).toEqual(['web-1', 'web-2']);
    expect(edges.map(({ id }) => id)).toEqual(['web-2>web-1']);
  });

  it('to a node and its hops', () => {
    expect([...neighbourhood(TOPOLOGY, 'db', 1)]).toEqual(['db', 'web-1']);
    expect([...neighbourhood(TOPOLOGY, 'db', 2)]).toEqual(['db', 'web-1', 'web-2']);
    expect(narrow(TOPOLOGY, [], { id: 'db', hops: 1 }).nodes).toHaveLength(2);
  });

  it('by nothing when the node in focus is gone, and not at all by nothing', () => {
    expect(narrow(TOPOLOGY, [], { id: 'gone', hops: 1 }).nodes).toHaveLength(4);
    expect(narrow(TOPOLOGY, [], undefined)).toBe(TOPOLOGY);
  });
});
