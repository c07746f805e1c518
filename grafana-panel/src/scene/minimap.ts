import type { Bounds } from '../layout/bounds';
import type { Camera, Size } from './camera';
import type { Palette } from './palette';
import type { Scene } from './scene';

/** Where a scene lies in a small box: the middle of its bounds in the middle of the box. */
export function minimapScale({ bounds }: Scene, box: Size): number {
  return Math.min(
    box.width / Math.max(1, bounds.right - bounds.left),
    box.height / Math.max(1, bounds.bottom - bounds.top),
  );
}

/** All nodes as dots, and what of them is in view as a frame; the context is in CSS pixels. */
export function paintMinimap(
  context: CanvasRenderingContext2D,
  scene: Scene,
  box: Size,
  camera: Camera,
  view: Size,
  palette: Palette,
): void {
  const scale = minimapScale(scene, box);
  const { x: middleX, y: middleY } = middleOf(scene);
  context.fillStyle = palette.background;
  context.fillRect(0, 0, box.width, box.height);
  const dot = Math.max(1.5, Math.min(4, 40 * scale));
  for (const { x, y, kind, health } of scene.nodes) {
    context.fillStyle =
      health === 'ok' || health === 'unknown' ? palette.kinds[kind] : palette.health[health];
    context.fillRect(
      (x - middleX) * scale + box.width / 2 - dot / 2,
      (y - middleY) * scale + box.height / 2 - dot / 2,
      dot,
      dot,
    );
  }
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  const { left, top, right, bottom } = frameOf(scene, box, camera, view);
  context.strokeRect(left, top, right - left, bottom - top);
}

/** Everything is in view: there is nothing that a map could lead to. */
export function seesAll({ bounds }: Scene, camera: Camera, view: Size): boolean {
  const [halfWidth, halfHeight] = [view.width / 2 / camera.zoom, view.height / 2 / camera.zoom];
  return (
    camera.x - halfWidth <= bounds.left &&
    camera.x + halfWidth >= bounds.right &&
    camera.y - halfHeight <= bounds.top &&
    camera.y + halfHeight >= bounds.bottom
  );
}

/** What is in view, on the map; of what reaches beyond it the part that is on it. */
export function frameOf(scene: Scene, box: Size, camera: Camera, view: Size): Bounds {
  const scale = minimapScale(scene, box);
  const middle = middleOf(scene);
  const x = (camera.x - middle.x) * scale + box.width / 2;
  const y = (camera.y - middle.y) * scale + box.height / 2;
  const [halfWidth, halfHeight] = [view.width / 2 / camera.zoom, view.height / 2 / camera.zoom];
  const within = (value: number, most: number) => Math.min(most - 1, Math.max(1, value));
  return {
    left: within(x - halfWidth * scale, box.width),
    top: within(y - halfHeight * scale, box.height),
    right: within(x + halfWidth * scale, box.width),
    bottom: within(y + halfHeight * scale, box.height),
  };
}

/** The camera that has a point of the minimap in its middle. */
export function cameraAt(scene: Scene, box: Size, x: number, y: number, zoom: number): Camera {
  const scale = minimapScale(scene, box);
  const middle = middleOf(scene);
  return { x: (x - box.width / 2) / scale + middle.x, y: (y - box.height / 2) / scale + middle.y, zoom };
}

function middleOf({ bounds }: Scene): { readonly x: number; readonly y: number } {
  return { x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2 };
}
