import { describe, expect, it } from 'vitest';
import { frameOf, seesAll } from './minimap';
import { buildScene } from './scene';
import { nodeOf, topologyOf } from './topology.fixture';

const BOX = { width: 150, height: 100 };
const VIEW = { width: 1000, height: 600 };
const SCENE = buildScene(
  topologyOf([nodeOf('a'), nodeOf('b')], []),
  new Map([
    ['a', { x: -1000, y: -500 }],
    ['b', { x: 1000, y: 500 }],
  ]),
  'right',
);

describe('the map in the corner', () => {
  it.each([
    { name: 'is of no use where everything is in view', camera: { x: 0, y: 0, zoom: 0.4 }, sees: true },
    { name: 'is of use one zoom nearer', camera: { x: 0, y: 0, zoom: 0.6 }, sees: false },
    {
      name: 'is of use where the view is beside the picture',
      camera: { x: 3000, y: 0, zoom: 0.4 },
      sees: false,
    },
  ])('$name', ({ camera, sees }) => {
    expect(seesAll(SCENE, camera, VIEW)).toBe(sees);
  });

  it('frames what is in view, smaller the nearer one is', () => {
    const { left, right } = frameOf(SCENE, BOX, { x: 0, y: 0, zoom: 1 }, VIEW);
    expect(left).toBeGreaterThan(1);
    expect(right - left).toBeCloseTo((150 * 1000) / (2000 + 2 * 64), 0);
  });

  it('shows the frame also where the view is wider than the picture', () => {
    const frame = frameOf(SCENE, BOX, { x: 0, y: 400, zoom: 0.4 }, VIEW);
    expect(frame).toMatchObject({ left: 1, right: 149, bottom: 99 });
    expect(frame.top).toBeGreaterThan(1);
  });
});
