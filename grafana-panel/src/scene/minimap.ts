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
  const width = (view.width / camera.zoom) * scale;
  const height = (view.height / camera.zoom) * scale;
  context.strokeRect(
    (camera.x - middleX) * scale + box.width / 2 - width / 2,
    (camera.y - middleY) * scale + box.height / 2 - height / 2,
    width,
    height,
  );
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
