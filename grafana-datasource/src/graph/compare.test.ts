import { describe, expect, it } from 'vitest';
import { compare } from './compare';
import { complete } from './steps';
import type { Topology, TopologyEdge, TopologyNode } from './topology';
import { NO_TRAFFIC } from './traffic';

describe('compare', () => {
  it('marks what came, what went and what is different, and leaves the rest as it is', () => {
    const same = node('b');
    const before = picture(1000, [node('a'), same, node('c', { health: 'ok' }, 'image:1')], [edge('a', 'b')]);
    const now = picture(
      2000,
      [same, node('c', { health: 'critical' }, 'image:2'), node('d')],
      [edge('b', 'd')],
    );
    const { nodes, edges, at, comparedWith } = complete(compare(now, before));
    expect([at, comparedWith]).toEqual([2000, 1000]);
    expect(nodes.map(({ id, change }) => [id, change?.kind])).toEqual([
      ['a', 'removed'],
      ['b', undefined],
      ['c', 'changed'],
      ['d', 'added'],
    ]);
    expect(nodes[2]?.change?.differences).toEqual([
      { label: 'Condition', before: 'ok', after: 'critical' },
      { label: 'Image', before: 'image:1', after: 'image:2' },
    ]);
    expect(edges.map(({ id, change }) => [id, change?.kind])).toEqual([
      ['a>b', 'removed'],
      ['b>d', 'added'],
    ]);
  });

  it('tells new ports and new failures of an edge, and no numbers', () => {
    const before = picture(1, [node('a'), node('b')], [edge('a', 'b', 0, '80'), edge('b', 'a', 0, '53')]);
    const now = picture(2, [node('a'), node('b')], [edge('a', 'b', 3, '80', '443'), edge('b', 'a', 0, '53')]);
    const { edges } = complete(compare(now, before));
    expect(edges.map(({ change }) => change?.differences)).toEqual([
      [
        { label: 'Ports', before: 'tcp/80', after: 'tcp/443, tcp/80' },
        { label: 'Failures', before: 'no', after: 'yes' },
      ],
      undefined,
    ]);
  });
});

function picture(at: number, nodes: TopologyNode[], edges: TopologyEdge[]): Topology {
  return { view: 'containers', at, nodes, edges, notices: [] };
}

function node(id: string, changes: Partial<TopologyNode> = {}, image = 'image:1'): TopologyNode {
  return {
    id,
    kind: 'container',
    label: id,
    sublabel: '',
    group: '',
    count: 1,
    health: 'ok',
    facts: [{ key: 'image', label: 'Image', values: [image] }],
    metrics: [],
    relatives: [],
    ...changes,
  };
}

function edge(source: string, target: string, failed = 0, ...ports: string[]): TopologyEdge {
  const traffic = { ...NO_TRAFFIC, open: failed + 1, failed };
  const links = ports.map((port) => ({ protocol: 'tcp', port, traffic }));
  return { id: `${source}>${target}`, source, target, traffic, links, expr: '' };
}
