import { toScreen, type Camera, type Size } from './camera';
import type { SceneNode } from './scene';

/** Of a node's name and its second line, CSS pixels at a scale of 1. */
const NAME = { size: 12, line: 15 } as const;
const SECOND = { size: 10.5, line: 13 } as const;
/** Letters stay readable from afar, and do not shout from near. */
const LEAST_SCALE = 0.92;
const MOST_SCALE = 1.25;

/** How large texts are at a zoom, CSS pixels. */
export interface LabelGeometry {
  readonly name: { readonly size: number; readonly line: number };
  readonly second: { readonly size: number; readonly line: number };
}

export function labelGeometry(zoom: number): LabelGeometry {
  const scale = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, zoom));
  const scaled = ({ size, line }: { readonly size: number; readonly line: number }) => ({
    size: size * scale,
    line: line * scale,
  });
  return { name: scaled(NAME), second: scaled(SECOND) };
}

/** The middle of the upper rim of a node's texts, which stand below it. */
export function labelAnchor(
  node: SceneNode,
  camera: Camera,
  size: Size,
): { readonly x: number; readonly top: number } {
  const { x, y } = toScreen(camera, size, node);
  return { x, top: y + node.radius * camera.zoom * 1.1 + 2 + 4 * camera.zoom };
}
