import { describe, expect, it } from 'vitest';
import { demoAnswers } from '../fixtures/demo';
import { topologyFrames } from '../frames/topology-frames';
import { complete } from '../graph/steps';
import { type Topology, VIEW_IDS, type ViewId } from '../graph/topology';
import { buildTopology } from './build';
import { VIEWS } from './register';

describe('the recorded demo', () => {
  it('shows by container that each tier talks only to the next', () => {
    expect(arrows(draw('containers'))).toEqual([
      'app1 → db1',
      'app1 → db2',
      'app1 → db3',
      'app2 → db1',
      'app2 → db2',
      'app2 → db3',
      'client → lb1',
      'client → lb2',
      'lb1 → app1',
      'lb1 → app2',
      'lb2 → app1',
      'lb2 → app2',
    ]);
  });

  it('shows by image one edge from tier to tier', () => {
    expect(arrows(draw('images'))).toEqual(['app → db', 'client → lb', 'lb → app']);
  });

  it.each(VIEW_IDS)('gives the golden topology and frames of the %s view', async (view) => {
    const topology = draw(view);
    const frames = complete(topologyFrames(topology, 'A')).map((frame) => ({
      ...frame,
      meta: { ...frame.meta, custom: undefined },
    }));
    await expect(text({ topology, frames })).toMatchFileSnapshot(`../fixtures/golden/${view}.json`);
  });
});

function draw(view: ViewId): Topology {
  const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
  return complete(
    buildTopology(VIEWS[view], demoAnswers(VIEWS[view]), options, { at: 1_795_231_570_000, notices: [] }),
  );
}

/** The edges between the demo's own containers or images, by name. */
function arrows({ nodes, edges }: Topology): readonly string[] {
  const names = new Map(
    nodes
      .filter(({ label }) => label.startsWith('toposcope-demo'))
      .map(({ id, label }) => [id, label.replace(/^toposcope-demo./, '')]),
  );
  return edges
    .filter(({ source, target }) => names.has(source) && names.has(target))
    .map(({ source, target }) => `${names.get(source) ?? ''} → ${names.get(target) ?? ''}`)
    .sort();
}

function text(value: unknown): string {
  const rounded = JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === 'number' ? Number(item.toPrecision(6)) : item),
    1,
  );
  return `${rounded}\n`;
}
