import { describe, expect, it } from 'vitest';
import { bounded } from './bound';
import { complete } from './steps';
import type { Topology } from './topology';
import { NO_TRAFFIC } from './traffic';

const TOPOLOGY = {
  view: 'containers',
  at: 0,
  nodes: ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id })),
  edges: [edge('a', 'b', 1), edge('b', 'c', 9), edge('c', 'd', 5), edge('d', 'd', 7)],
  notices: [{ severity: 'info', message: 'before', action: '' }],
} as unknown as Topology;

describe('a picture', () => {
  it('is as it was where it is not too big', () => {
    expect(draw(5, 4)).toBe(TOPOLOGY);
  });

  it.each<[string, number, number, string, string]>([
    ['its busiest connections, in order of their ids', 5, 2, 'a b c d e', 'b>c d>d'],
    ['the ends of its busiest connections, and what is between them', 3, 4, 'b c d', 'b>c c>d d>d'],
    ['the ends of its busiest connections, and then the first nodes', 4, 4, 'a b c d', 'a>b b>c c>d d>d'],
    ['one node where two are too many', 1, 4, 'a', ''],
  ])('keeps %s where it is too big', (_, nodes, edges, ids, pairs) => {
    const topology = draw(nodes, edges);
    expect(topology.nodes.map(({ id }) => id).join(' ')).toBe(ids);
    expect(topology.edges.map(({ id }) => id).join(' ')).toBe(pairs);
  });

  it('says what is left out and what to do, before anything else', () => {
    expect(draw(3, 2).notices).toEqual([
      {
        severity: 'warning',
        message: 'This picture has 5 nodes and 4 connections: only the busiest are shown, 3 and 2.',
        action: 'Choose hosts or namespaces, or a view of less detail, such as Hosts or Workloads.',
      },
      ...TOPOLOGY.notices,
    ]);
  });
});

function draw(nodes: number, edges: number): Topology {
  return complete(bounded(TOPOLOGY, { nodes, edges }));
}

function edge(source: string, target: string, requestBytes: number) {
  return { id: `${source}>${target}`, source, target, traffic: { ...NO_TRAFFIC, requestBytes } };
}
