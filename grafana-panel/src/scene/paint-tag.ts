import { toScreen, type Camera, type Size } from './camera';
import type { LabelBox } from './label-placement';
import { measure } from './paint-text';
import type { Palette } from './palette';
import type { SceneNode } from './scene';

const FONT_SIZE = 12;
const HEIGHT = 20;
const PADDING = 6;
/** Between the node and its tag, and from the rim. */
const GAP = 5;

/**
 * Writes a node's whole name on a tag on top of whatever is there: the name of what the keyboard is at is seen at every
 * zoom. The context is in CSS pixels.
 */
export function paintTag(
  context: CanvasRenderingContext2D,
  node: SceneNode,
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  context.font = `500 ${FONT_SIZE}px ${palette.fontFamily}`;
  const { left, top, right, bottom } = tagBox(node, measure(context, node.label), camera, size);
  context.fillStyle = palette.background;
  context.fillRect(left, top, right - left, bottom - top);
  context.strokeStyle = palette.accent;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.strokeRect(left, top, right - left, bottom - top);
  context.fillStyle = palette.text;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(node.label, (left + right) / 2, (top + bottom) / 2);
}

/** Below the node, moved aside as far as it takes to be within the view. */
function tagBox(node: SceneNode, width: number, camera: Camera, size: Size): LabelBox {
  const { x, y } = toScreen(camera, size, node);
  const half = width / 2 + PADDING;
  const middle = Math.max(half + GAP, Math.min(size.width - half - GAP, x));
  const top = Math.min(size.height - HEIGHT - GAP, y + node.radius * camera.zoom + GAP);
  return { left: middle - half, right: middle + half, top, bottom: top + HEIGHT };
}
