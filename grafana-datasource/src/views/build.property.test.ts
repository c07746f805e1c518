import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cluster } from '../fixtures/cluster';
import { randomNumbers } from '../fixtures/random-numbers';
import type { Row } from '../fixtures/vector-of-rows';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { edgesFrame } from '../frames/edges-frame';
import { nodesFrame } from '../frames/nodes-frame';
import { complete } from '../graph/steps';
import { type Topology, VIEW_IDS, type ViewId } from '../graph/topology';
import type { Vector } from '../graph/vector';
import type { Vectors } from '../graph/vectors';
import type { QueryId } from '../promql/queries';
import { buildTopology } from './build';
import { VIEWS } from './register';

const CLUSTER = new Cluster({ hosts: 3, containersAHost: 6, edgesAContainer: 3 });

/** What damage may do to a label: other names of the cluster among it, so that things collide. */
const VALUES = fc.oneof(
  fc.constantFrom(
    '',
    'node-0001',
    '172.17.0.2',
    '10.1.0.2',
    'internet',
    'other',
    'client',
    'server',
    '::1',
    'a/b',
  ),
  fc.constantFrom('%2F', 'a>b', '>', '/', '127.0.0.1', '999.1.1.1', '__proto__', 'constructor', '\n', '"'),
  fc.string(),
);

describe('whatever the rows are', () => {
  it.each(VIEW_IDS)('the %s view has unique ids, sorted, and no edge without both its nodes', (view) => {
    fc.assert(
      fc.property(damagedAnswers(view), options(), (vectors, options) => {
        const topology = draw(view, vectors, options);
        const ids = topology.nodes.map(({ id }) => id);
        const edgeIds = topology.edges.map(({ id }) => id);
        expect(ids).toEqual([...new Set(ids)].sort());
        expect(edgeIds).toEqual([...new Set(edgeIds)].sort());
        const known = new Set(ids);
        expect(
          topology.edges.filter(({ source, target }) => !known.has(source) || !known.has(target)),
        ).toEqual([]);
        expectFramesToFit(topology);
      }),
      { numRuns: 60 },
    );
  });

  it.each(VIEW_IDS)('the %s view is the same for the same rows in another order, or given twice', (view) => {
    const whole = CLUSTER.answers(VIEWS[view]);
    const picture = round(draw(view, whole));
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, twice) => {
        const random = randomNumbers(seed);
        const shuffled = mapRows(whole, (rows) => {
          const all = twice ? [...rows, ...rows] : rows;
          return all
            .map((row) => ({ row, at: random() }))
            .sort((a, b) => a.at - b.at)
            .map(({ row }) => row);
        });
        expect(round(draw(view, shuffled))).toEqual(picture);
      }),
      { numRuns: 15 },
    );
  });
});

function draw(view: ViewId, vectors: Vectors, options = {}): Topology {
  const all = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [], ...options };
  return complete(buildTopology(VIEWS[view], vectors, all, { at: 0, notices: [] }));
}

function expectFramesToFit(topology: Topology): void {
  const [nodes, edges] = [complete(nodesFrame(topology)), complete(edgesFrame(topology))];
  for (const frame of [nodes, edges]) {
    expect(frame.fields.map(({ values }) => values.length)).toEqual(frame.fields.map(() => frame.length));
  }
  const arcs = nodes.fields.filter(({ name }) => name.startsWith('arc__'));
  for (let row = 0; row < nodes.length; row++) {
    expect(arcs.reduce((sum, { values }) => sum + (values[row] as number), 0)).toBe(1);
  }
}

function options() {
  return fc.record({
    hosts: fc.constantFrom([], ['node-0002'], ['nobody']),
    stopped: fc.boolean(),
    unconnected: fc.boolean(),
    outside: fc.boolean(),
  });
}

/** The answers with some labels overwritten, some samples gone, and some answers missing altogether. */
function damagedAnswers(view: ViewId): fc.Arbitrary<Vectors> {
  const whole = CLUSTER.answers(VIEWS[view]);
  const ids = Object.keys(whole) as QueryId[];
  const damage = fc.record({
    query: fc.constantFrom(...ids),
    row: fc.nat(),
    label: fc.nat(),
    value: VALUES,
    sample: fc.constantFrom(0, -1, NaN, Infinity, 1e308),
  });
  return fc
    .tuple(fc.array(damage, { maxLength: 80 }), fc.subarray(ids, { maxLength: 4 }))
    .map(([damages, missing]) => {
      const answers = { ...whole };
      for (const { query, row, label, value, sample } of damages) {
        const vector = whole[query];
        if (vector !== undefined && vector.size > 0) {
          answers[query] = damaged(answers[query] ?? vector, row % vector.size, label, value, sample);
        }
      }
      for (const id of missing) {
        answers[id] = undefined;
      }
      return answers;
    });
}

function damaged(vector: Vector, row: number, label: number, value: string, sample: number): Vector {
  const names = [...vector.labels.keys()];
  const name = names[label % names.length] ?? 'host';
  const replace = <Item>(items: ArrayLike<Item>, item: Item) => Array.from(items).with(row, item);
  return {
    size: vector.size,
    values: replace(vector.values, sample),
    labels: new Map(
      [...vector.labels].map(([key, column]) => [key, key === name ? replace(column, value) : column]),
    ),
  };
}

function mapRows(vectors: Vectors, change: (rows: Row[]) => Row[]): Vectors {
  const entries = Object.entries(vectors).map(([id, vector]) => {
    const rows = Array.from({ length: vector.size }, (_, row) => ({
      labels: Object.fromEntries([...vector.labels].map(([name, column]) => [name, column[row] ?? ''])),
      value: vector.values[row] ?? NaN,
    }));
    return [id, vectorOfRows(change(rows))];
  });
  return Object.fromEntries(entries) as Vectors;
}

/** Sums of rates depend in their last digits on the order of the summands. */
function round(topology: Topology): unknown {
  return JSON.parse(JSON.stringify(topology), (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  );
}
