import { describe, expect, it } from 'vitest';
import type { DetailLevel } from './detail-level';
import { paintLabels } from './paint-labels';
import type { PaintContext } from './paint-context';
import type { Palette } from './palette';
import { buildScene, type SceneNode } from './scene';
import { nodeOf, topologyOf } from './topology.fixture';

/** Every letter of a name is so wide. */
const LETTER = 7;
const LEVEL: DetailLevel = { icons: true, shapes: true, sublabels: true, aggregated: false } as DetailLevel;
const SIZE = { width: 1000, height: 600 };

describe('names on the picture', () => {
  it('leave out the line below them before they leave out themselves', () => {
    const nodes = column(['alpha', 'beta', 'gamma'], 72);
    expect(namesOf(nodes)).toEqual(['alpha', 'beta', 'gamma', 'image']);
  });

  it('have both lines where there is room', () => {
    expect(namesOf(column(['alpha', 'beta'], 200))).toEqual(['alpha', 'beta', 'image', 'image']);
  });

  it('are whole where their neighbours leave the room', () => {
    const nodes = placed(['happy_bose_the_first', 'b'], (index) => ({ x: index * 180, y: 0 }));
    expect(namesOf(nodes)).toContain('happy_bose_the_first');
  });

  it('do not reach out of the view', () => {
    const nodes = placed(['a-name-of-more-letters-than-there-are'], () => ({ x: -430, y: 0 }));
    const [label] = written(nodes).filter(({ text }) => text.startsWith('a-name'));
    expect((label?.x ?? 0) - (label?.text.length ?? 0) * (LETTER / 2)).toBeGreaterThanOrEqual(0);
  });
});

function column(ids: readonly string[], distance: number): readonly SceneNode[] {
  return placed(ids, (index) => ({ x: 0, y: index * distance }));
}

function placed(
  ids: readonly string[],
  at: (index: number) => { x: number; y: number },
): readonly SceneNode[] {
  const topology = topologyOf(
    ids.map((id) => nodeOf(id, { sublabel: 'image' })),
    [],
  );
  return buildScene(topology, new Map(ids.map((id, index) => [id, at(index)])), 'right').nodes;
}

function namesOf(nodes: readonly SceneNode[]): readonly string[] {
  return written(nodes)
    .map(({ text }) => text)
    .sort();
}

/** What is written at zoom 1 with the world's origin in the middle. */
function written(nodes: readonly SceneNode[]): readonly { readonly text: string; readonly x: number }[] {
  const texts: { text: string; x: number }[] = [];
  const context = {
    measureText: (text: string) => ({ width: text.length * LETTER }),
    strokeText: () => undefined,
    fillText: (text: string, x: number) => texts.push({ text, x }),
  } as unknown as PaintContext;
  paintLabels(context, nodes, { x: 0, y: 0, zoom: 1 }, SIZE, LEVEL, { fontFamily: 'Test' } as Palette);
  return texts;
}
