import { describe, expect, it } from 'vitest';
import { Cluster, containerId, hostName } from '../fixtures/cluster';
import { type Row, vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import type { Topology } from '../graph/topology';
import type { Vector } from '../graph/vector';
import type { Vectors } from '../graph/vectors';
import { buildTopology } from './build';
import { VIEWS } from './register';
import type { View } from './view';

const CLUSTER = new Cluster({ hosts: 2, containersAHost: 5, edgesAContainer: 2 });
const ANSWERS = CLUSTER.answers(VIEWS.containers);

describe('the notices', () => {
  it('are none when all is well', () => {
    expect(draw(ANSWERS).notices).toEqual([]);
  });

  it('name the hosts that are not scraped any more', () => {
    const lostExporters = vectorOfRows([{ labels: { host: 'node-0009' }, value: 1 }]);
    expect(messages(draw({ ...ANSWERS, lostExporters }))).toEqual([
      'Seen within the last hour, but not now: node-0009.',
    ]);
  });

  it('name a collector that fails, and where', () => {
    const collectors = vectorOfRows(
      ['node-0001', 'node-0002'].map((host) => ({ labels: { host, collector: 'container' }, value: 0 })),
    );
    expect(messages(draw({ ...ANSWERS, collectors }))).toEqual([
      'The container collector fails on node-0001, node-0002: what it measures is missing here.',
    ]);
  });

  it('say what a limit has cut', () => {
    const dropped = vectorOfRows([
      { labels: { host: 'node-0001', family: 'toposcope_connections_open' }, value: 12 },
    ]);
    expect(messages(draw({ ...ANSWERS, dropped }))).toEqual([
      'Limits keep series out on node-0001: toposcope_connections_open.',
    ]);
  });

  it('say that an exporter of another contract is there, and the rest is drawn', () => {
    const topology = draw({ ...ANSWERS, edgeOpen: without(ANSWERS.edgeOpen, 'role') });
    expect(messages(topology)).toEqual(['toposcope_connections_open comes without role.']);
    expect(topology.nodes.length).toBeGreaterThan(9);
  });

  it('say why there are no containers, in views of them alone', () => {
    const answers = { ...ANSWERS, containerInfo: vectorOfRows([]) };
    expect(messages(draw(answers))).toEqual([
      'No container engine answers on node-0001, node-0002, or it has no containers.',
    ]);
    const collectors = vectorOfRows(
      ['node-0001', 'node-0002'].map((host) => ({ labels: { host, collector: 'container' }, value: 0 })),
    );
    expect(messages(draw({ ...answers, collectors }))).toEqual([
      'The container collector fails on node-0001, node-0002: what it measures is missing here.',
    ]);
    expect(messages(draw(answers, {}, VIEWS.hosts))).toEqual([]);
  });

  it('say nothing of a contract where there are merely no such things', () => {
    const empty = vectorOfRows([]);
    const answers = Object.fromEntries(
      Object.entries(ANSWERS).map(([id, vector]) => [id, id.startsWith('edge') ? empty : vector]),
    );
    expect(messages(draw(answers))).toEqual([]);
  });
});

describe('containers that do not run', () => {
  const states = [
    ['exited', 'stopped'],
    ['created', 'stopped'],
    ['dead', 'critical'],
  ] as const;

  it.each(states)('are hidden with their edges when %s, and shown on request', (state, health) => {
    const id = `container:${hostName(0)}/${containerId(0, 0)}`;
    const containerState = vectorOfRows([
      { labels: { host: hostName(0), container_id: containerId(0, 0), state }, value: 1 },
    ]);
    const hidden = draw({ ...ANSWERS, containerState });
    expect(hidden.nodes.map((node) => node.id)).not.toContain(id);
    expect(hidden.edges.filter(({ source, target }) => source === id || target === id)).toEqual([]);
    const shown = draw({ ...ANSWERS, containerState }, { stopped: true });
    expect(shown.nodes.find((node) => node.id === id)?.health).toBe(health);
  });
});

describe('containers that were removed while edges still name them', () => {
  const gone = containerId(0, 0);
  const id = `container:${hostName(0)}/${gone}`;
  const containerInfo = rowsWithout(ANSWERS.containerInfo, 'container_id', gone);
  const collectors = (value: number) =>
    vectorOfRows([{ labels: { host: hostName(0), collector: 'container' }, value }]);
  const ids = (vectors: Vectors, options = {}) => draw(vectors, options).nodes.map((node) => node.id);

  it('are in the recorded edges', () => {
    expect(draw(ANSWERS).edges.some(({ source, target }) => source === id || target === id)).toBe(true);
  });

  it('are left out', () => {
    expect(ids({ ...ANSWERS, containerInfo, collectors: collectors(1) })).not.toContain(id);
  });

  it('are shown with those that do not run', () => {
    expect(ids({ ...ANSWERS, containerInfo, collectors: collectors(1) }, { stopped: true })).toContain(id);
  });

  it('stay where the container collector fails, since then nothing is known of any', () => {
    expect(ids({ ...ANSWERS, containerInfo, collectors: collectors(0) })).toContain(id);
  });
});

function draw(vectors: Vectors, options = {}, view: View = VIEWS.containers): Topology {
  const all = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [], ...options };
  return complete(buildTopology(view, vectors, all, { at: 0, notices: [] }));
}

function messages({ notices }: Topology): readonly string[] {
  return notices.map(({ message }) => message);
}

function rowsWithout(vector: Vector | undefined, name: string, value: string): Vector {
  return vectorOfRows(rowsOf(vector).filter(({ labels }) => labels[name] !== value));
}

function without(vector: Vector | undefined, name: string): Vector {
  return vectorOfRows(
    rowsOf(vector).map(({ labels, value }) => ({
      labels: Object.fromEntries(Object.entries(labels).filter(([label]) => label !== name)),
      value,
    })),
  );
}

function rowsOf(vector: Vector | undefined): Row[] {
  return Array.from({ length: vector?.size ?? 0 }, (_, row) => ({
    labels: Object.fromEntries(
      [...(vector?.labels ?? [])].map(([label, column]) => [label, column[row] ?? '']),
    ),
    value: vector?.values[row] ?? 0,
  }));
}
