import type { Camera, Size } from '../scene/camera';
import type { Decorations } from '../scene/decoration';
import type { DetailLevel } from '../scene/detail-level';
import type { PaintContext } from '../scene/paint-context';
import { paintEdges } from '../scene/paint-edges';
import { paintBundles } from '../scene/paint-bundles';
import { paintFrames, paintTitles } from '../scene/paint-groups';
import { paintLabels } from '../scene/paint-labels';
import { paintNodes } from '../scene/paint-nodes';
import type { Palette } from '../scene/palette';
import type { Scene } from '../scene/scene';

/** Everything of a picture can be read: no aggregation, no zoom. */
const LEVEL: DetailLevel = {
  aggregated: false,
  arrows: true,
  shapes: true,
  icons: true,
  sublabels: true,
  hairlines: false,
};

/** Beside the outermost nodes, so that their names are as long as the others'. */
const MARGIN = 80;

/** Size of a scene at zoom 1. */
export function sizeOf({ bounds }: Scene): Size {
  return {
    width: Math.ceil(bounds.right - bounds.left) + 2 * MARGIN,
    height: Math.ceil(bounds.bottom - bounds.top),
  };
}

/** Draws a whole scene, its top left at the origin. @param zoom Pixels a unit of the world. */
export function drawAll(
  context: PaintContext,
  scene: Scene,
  decorations: Decorations,
  palette: Palette,
  zoom: number,
): void {
  const { width, height } = sizeOf(scene);
  const [left, top] = [scene.bounds.left - MARGIN, scene.bounds.top];
  const camera: Camera = { x: left + width / 2, y: top + height / 2, zoom: 1 };
  context.setTransform(zoom, 0, 0, zoom, 0, 0);
  context.fillStyle = palette.background;
  context.fillRect(0, 0, width, height);
  context.setTransform(zoom, 0, 0, zoom, -left * zoom, -top * zoom);
  if (scene.groups) {
    paintFrames(context, scene.groups.hulls, 1, palette);
    paintBundles(context, scene.groups, 1, palette);
  } else {
    paintEdges(context, scene.edges, 1, zoom, LEVEL, palette);
  }
  paintNodes(context, scene.nodes, 1, LEVEL, palette, decorations);
  context.setTransform(zoom, 0, 0, zoom, 0, 0);
  const size = { width, height };
  const titles = scene.groups && paintTitles(context, scene.groups.hulls, camera, size, palette);
  paintLabels(context, scene.nodes, camera, size, LEVEL, palette, titles);
}
