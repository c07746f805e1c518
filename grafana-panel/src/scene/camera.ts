import type { Bounds } from '../layout/bounds';
import type { Point } from '../layout/graph';

/** What of the world is seen: the point in the middle of the panel, and CSS pixels a unit. */
export interface Camera extends Point {
  readonly zoom: number;
}

/** In CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export const ZOOM_LIMITS = { least: 0.015, most: 4 } as const;
/** A small graph is not blown up beyond this by a fit. */
const MOST_FIT_ZOOM = 1.25;

export function toScreen(camera: Camera, size: Size, { x, y }: Point): Point {
  return {
    x: (x - camera.x) * camera.zoom + size.width / 2,
    y: (y - camera.y) * camera.zoom + size.height / 2,
  };
}

export function toWorld(camera: Camera, size: Size, { x, y }: Point): Point {
  return {
    x: (x - size.width / 2) / camera.zoom + camera.x,
    y: (y - size.height / 2) / camera.zoom + camera.y,
  };
}

/**
 * Zooms so that the world's point under `fixed` (on the screen) stays there.
 *
 * @param least The zoom that it does not go below, where it is not there already.
 */
export function zoomAround(
  camera: Camera,
  size: Size,
  fixed: Point,
  factor: number,
  least: number = ZOOM_LIMITS.least,
): Camera {
  const zoom = clampZoom(Math.max(camera.zoom * factor, Math.min(least, camera.zoom)));
  const world = toWorld(camera, size, fixed);
  return {
    x: world.x - (fixed.x - size.width / 2) / zoom,
    y: world.y - (fixed.y - size.height / 2) / zoom,
    zoom,
  };
}

/** Moves by a distance on the screen. */
export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { x: camera.x - dx / camera.zoom, y: camera.y - dy / camera.zoom, zoom: camera.zoom };
}

/** Shows everything within the bounds. */
export function fit(bounds: Bounds, size: Size): Camera {
  const width = Math.max(1, bounds.right - bounds.left);
  const height = Math.max(1, bounds.bottom - bounds.top);
  const zoom = Math.min(size.width / width, size.height / height, MOST_FIT_ZOOM);
  return {
    x: (bounds.left + bounds.right) / 2,
    y: (bounds.top + bounds.bottom) / 2,
    zoom: clampZoom(zoom),
  };
}

/** The way between two cameras at `share` of it; zoom changes evenly to the eye. */
export function between(from: Camera, to: Camera, share: number): Camera {
  return {
    x: from.x + (to.x - from.x) * share,
    y: from.y + (to.y - from.y) * share,
    zoom: from.zoom * (to.zoom / from.zoom) ** share,
  };
}

function clampZoom(zoom: number): number {
  return Math.min(ZOOM_LIMITS.most, Math.max(ZOOM_LIMITS.least, zoom));
}
