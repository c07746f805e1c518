import { expect, it } from 'vitest';
import type { DetailLevel } from './detail-level';
import { paintLabels } from './paint-labels';
import type { PaintContext } from './paint-context';
import { paintTag } from './paint-tag';
import type { Palette } from './palette';
import { buildScene } from './scene';
import { nodeOf, topologyOf } from './topology.fixture';

const LEVEL: DetailLevel = { icons: true, shapes: true, sublabels: true, aggregated: false } as DetailLevel;
const SIZE = { width: 1000, height: 600 };
const PALETTE = { fontFamily: 'Test' } as Palette;

it.each([0.3, 1, 2, 4])('covers the node’s own label at a zoom of %d', (zoom) => {
  const [node] = buildScene(
    topologyOf([nodeOf('database', { sublabel: 'postgres:17' })], []),
    new Map([['database', { x: 0, y: 0 }]]),
    'right',
  ).nodes;
  if (!node) {
    throw new Error('The scene has no node.');
  }
  const camera = { x: 0, y: 0, zoom };
  const label = paintLabels(
    context(() => undefined),
    [node],
    camera,
    SIZE,
    LEVEL,
    PALETTE,
  ).get('database');
  let tag = { left: 0, top: 0, right: 0, bottom: 0 };
  const onRect = (x: number, y: number, width: number, height: number) => {
    tag = { left: x, top: y, right: x + width, bottom: y + height };
  };
  paintTag(context(onRect) as CanvasRenderingContext2D, node, camera, SIZE, PALETTE);
  expect(label).toBeDefined();
  expect(tag.left).toBeLessThanOrEqual(label?.left ?? 0);
  expect(tag.top).toBeLessThanOrEqual(label?.top ?? 0);
  expect(tag.right).toBeGreaterThanOrEqual(label?.right ?? 0);
  expect(tag.bottom).toBeGreaterThanOrEqual(label?.bottom ?? 0);
});

/** Every letter is seven pixels wide. */
function context(fillRect: CanvasRenderingContext2D['fillRect']): PaintContext {
  const nothing = () => undefined;
  return {
    fillRect,
    ...{ strokeRect: nothing, strokeText: nothing, fillText: nothing, setLineDash: nothing },
    measureText: (text: string) => ({ width: text.length * 7 }),
  } as unknown as PaintContext;
}
