import type { DataFrame } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { demoAnswers } from '../fixtures/demo';
import { complete } from '../graph/steps';
import type { Topology } from '../graph/topology';
import { buildTopology } from '../views/build';
import { VIEWS } from '../views/register';
import { topologyFrames, topologyFromFrames, TopologyFormatError } from './topology-frames';

const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
const TOPOLOGY = complete(
  buildTopology(VIEWS.processes, demoAnswers(VIEWS.processes), OPTIONS, { at: 1000, notices: [] }),
);
const FRAMES = complete(topologyFrames(TOPOLOGY, 'B'));

describe('the frames of a topology', () => {
  it('are named and marked as Grafana’s node graph wants them', () => {
    expect(FRAMES.map(({ name, refId, meta }) => [name, refId, meta?.preferredVisualisationType])).toEqual([
      ['nodes', 'B', 'nodeGraph'],
      ['edges', 'B', 'nodeGraph'],
    ]);
  });

  it('have field names in lower case but for the prefixes’ tails, and columns of one length', () => {
    for (const frame of FRAMES) {
      for (const { name, values } of frame.fields) {
        expect(name).toMatch(/^(?:[a-z]+|arc__[a-z]+|detail__[a-z_]+)$/);
        expect(values).toHaveLength(frame.length);
      }
    }
  });

  it('have no loop, which the node graph cannot draw, though the topology has one', () => {
    expect(TOPOLOGY.edges.some(({ source, target }) => source === target)).toBe(true);
    const [source, target] = ['source', 'target'].map((name) => column(FRAMES[1], name));
    expect(source?.filter((id, row) => id === target?.[row])).toEqual([]);
  });

  it('have columns that people can read: each with a name, each number that measures something with a unit', () => {
    for (const frame of FRAMES) {
      for (const { name, type, config } of frame.fields) {
        expect([name, config.displayName]).toEqual([name, expect.stringMatching(/^[A-Z]/)]);
        const needsUnit = (type as string) === 'number' && !name.startsWith('arc__');
        expect([name, config.unit !== undefined]).toEqual([name, needsUnit]);
      }
    }
  });

  it('name the protocol alone where the port is not known', () => {
    const [edge] = TOPOLOGY.edges.filter(({ source, target }) => source !== target);
    const links = [
      { protocol: 'tcp', port: '' },
      { protocol: 'udp', port: '53' },
    ].map((link) => ({
      ...link,
      traffic: edge?.traffic,
    }));
    const topology = { ...TOPOLOGY, edges: [{ ...edge, links }] } as Topology;
    expect(column(complete(topologyFrames(topology, 'A'))[1], 'detail__ports')).toEqual(['tcp, udp/53']);
  });

  it('show the value of edges of the user’s own in its unit', () => {
    const [edge] = TOPOLOGY.edges.filter(({ source, target }) => source !== target);
    const value = { label: 'Requests', unit: 'reqps', value: 7 };
    const topology = { ...TOPOLOGY, edges: [{ ...edge, kind: 'custom', value }] } as Topology;
    const main = complete(topologyFrames(topology, 'A'))[1]?.fields.find(({ name }) => name === 'mainstat');
    expect([main?.config.displayName, main?.config.unit, main?.values[0]]).toEqual(['Requests', 'reqps', 7]);
  });

  it('tell on a click what overlays say of a node and of an edge', () => {
    const [edge] = TOPOLOGY.edges.filter(({ source, target }) => source !== target);
    const [node, ...others] = TOPOLOGY.nodes;
    const style = { expr: 'x', unit: 'reqps', max: 9 };
    const topology = {
      ...TOPOLOGY,
      nodes: [{ ...node, overlays: [{ key: 'overlay-0', value: 3 }] }, ...others],
      edges: [{ ...edge, overlays: [{ key: 'overlay-1', value: 4 }] }],
      overlays: [
        { ...style, key: 'overlay-0', label: 'Orders', show: 'badge' },
        { ...style, key: 'overlay-1', label: 'Calls', show: 'width' },
      ],
    } as Topology;
    const [nodes, edges] = complete(topologyFrames(topology, 'A'));
    expect(column(nodes, 'detail__overlay-0')).toEqual([3, ...others.map(() => null)]);
    expect(column(edges, 'detail__overlay-1')).toEqual([4]);
    const shown = nodes?.fields.find(({ name }) => name === 'detail__overlay-0')?.config;
    expect([shown?.displayName, shown?.unit]).toEqual(['Orders', 'reqps']);
  });

  it('have edges only between nodes that are there', () => {
    const ids = new Set(column(FRAMES[0], 'id'));
    expect(
      [...column(FRAMES[1], 'source'), ...column(FRAMES[1], 'target')].filter((id) => !ids.has(id)),
    ).toEqual([]);
  });
});

describe('topologyFromFrames', () => {
  it('gives back what was put in', () => {
    expect(topologyFromFrames(FRAMES)).toEqual(TOPOLOGY);
  });

  it('reads a topology that was JSON on its way, as from a snapshot', () => {
    expect(topologyFromFrames(throughJson(FRAMES))).toEqual(TOPOLOGY);
  });

  it('finds none in other frames', () => {
    expect(topologyFromFrames([{ fields: [], length: 0 }])).toBeUndefined();
    expect(topologyFromFrames([])).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'topology'],
    ['a newer version', { ...TOPOLOGY, nodes: [{ id: 'a' }] }],
    ['a view that nobody knows', { ...TOPOLOGY, view: 'planets' }],
  ])('says what is wrong with %s', (_, topology) => {
    const frame: DataFrame = { fields: [], length: 0, meta: { custom: { topology } } };
    expect(() => topologyFromFrames([frame])).toThrow(TopologyFormatError);
  });
});

function column(frame: DataFrame | undefined, name: string): readonly unknown[] {
  return (frame?.fields.find((field) => field.name === name)?.values ?? []) as readonly unknown[];
}

function throughJson(frames: DataFrame[]): DataFrame[] {
  return JSON.parse(JSON.stringify(frames)) as DataFrame[];
}
