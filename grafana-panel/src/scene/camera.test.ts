import fc from 'fast-check';
import { expect, it } from 'vitest';
import { between, fit, panBy, toScreen, toWorld, zoomAround, ZOOM_LIMITS } from './camera';

const SIZE = { width: 800, height: 600 };
const cameras = fc.record({
  x: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  y: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  zoom: fc.double({ min: 0.05, max: 3, noNaN: true }),
});
const points = fc.record({ x: fc.integer({ min: 0, max: 800 }), y: fc.integer({ min: 0, max: 600 }) });

it('finds the way back from the screen to the world', () => {
  fc.assert(
    fc.property(cameras, points, (camera, point) => {
      const back = toScreen(camera, SIZE, toWorld(camera, SIZE, point));
      expect(back.x).toBeCloseTo(point.x, 3);
      expect(back.y).toBeCloseTo(point.y, 3);
    }),
  );
});

it('keeps what is under the pointer there while zooming', () => {
  fc.assert(
    fc.property(cameras, points, fc.double({ min: 0.2, max: 5, noNaN: true }), (camera, point, factor) => {
      const before = toWorld(camera, SIZE, point);
      const after = toWorld(zoomAround(camera, SIZE, point, factor), SIZE, point);
      expect(after.x).toBeCloseTo(before.x, 3);
      expect(after.y).toBeCloseTo(before.y, 3);
    }),
  );
});

it('does not zoom past its limits', () => {
  const camera = { x: 0, y: 0, zoom: 1 };
  expect(zoomAround(camera, SIZE, { x: 0, y: 0 }, 1e9).zoom).toBe(ZOOM_LIMITS.most);
  expect(zoomAround(camera, SIZE, { x: 0, y: 0 }, 1e-9).zoom).toBe(ZOOM_LIMITS.least);
});

it('shows all of a wide picture, in the middle', () => {
  const camera = fit({ left: 0, top: 0, right: 1600, bottom: 300 }, SIZE);
  expect(camera).toEqual({ x: 800, y: 150, zoom: 0.5 });
});

it('does not blow a single node up', () => {
  expect(fit({ left: 0, top: 0, right: 10, bottom: 10 }, SIZE).zoom).toBeLessThanOrEqual(1.25);
});

it('moves the picture with the hand', () => {
  expect(panBy({ x: 0, y: 0, zoom: 2 }, 10, -20)).toEqual({ x: -5, y: 10, zoom: 2 });
});

it('zooms evenly on the way from one camera to another', () => {
  expect(between({ x: 0, y: 0, zoom: 1 }, { x: 10, y: 0, zoom: 4 }, 0.5)).toEqual({ x: 5, y: 0, zoom: 2 });
});

it('does not zoom out below the least, and from below it not further', () => {
  const at = { x: 0, y: 0 };
  expect(zoomAround({ x: 0, y: 0, zoom: 1 }, SIZE, at, 0.01, 0.4).zoom).toBe(0.4);
  expect(zoomAround({ x: 0, y: 0, zoom: 0.3 }, SIZE, at, 0.5, 0.4).zoom).toBe(0.3);
  expect(zoomAround({ x: 0, y: 0, zoom: 0.3 }, SIZE, at, 2, 0.4).zoom).toBe(0.6);
});
