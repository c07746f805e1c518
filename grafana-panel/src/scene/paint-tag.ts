import { toScreen, type Camera, type Size } from './camera';
import type { LabelBox } from './label-placement';
import { measure } from './paint-text';
import type { Palette } from './palette';
import type { SceneNode } from './scene';

const FONT_SIZE = 12;
const SUBLABEL_SIZE = 10.5;
const LINE = 20;
const SUBLABEL_LINE = 14;
const PADDING = 6;
/** Between the node and its tag, and from the rim. */
const GAP = 5;

/**
 * Writes a node's whole name and second line on a tag on top of whatever is there: the name of what the keyboard is at is seen at every
 * zoom. The context is in CSS pixels.
 */
export function paintTag(
  context: CanvasRenderingContext2D,
  node: SceneNode,
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  const { label, sublabel } = node;
  const fonts = {
    label: `500 ${FONT_SIZE}px ${palette.fontFamily}`,
    sublabel: `400 ${SUBLABEL_SIZE}px ${palette.fontFamily}`,
  };
  context.font = fonts.sublabel;
  const below = measure(context, sublabel);
  context.font = fonts.label;
  const text = {
    width: Math.max(measure(context, label), below),
    height: LINE + (sublabel === '' ? 0 : SUBLABEL_LINE),
  };
  const { left, top, right, bottom } = tagBox(node, text, camera, size);
  context.fillStyle = palette.background;
  context.fillRect(left, top, right - left, bottom - top);
  context.strokeStyle = palette.accent;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.strokeRect(left, top, right - left, bottom - top);
  context.fillStyle = palette.text;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(label, (left + right) / 2, top + LINE / 2);
  context.font = fonts.sublabel;
  context.fillStyle = palette.textSecondary;
  context.fillText(sublabel, (left + right) / 2, top + LINE + SUBLABEL_LINE / 2 - 3);
}

/** Below the node, moved aside as far as it takes to be within the view. */
function tagBox(node: SceneNode, { width, height }: Size, camera: Camera, size: Size): LabelBox {
  const { x, y } = toScreen(camera, size, node);
  const half = width / 2 + PADDING;
  const middle = Math.max(half + GAP, Math.min(size.width - half - GAP, x));
  const top = Math.min(size.height - height - GAP, y + node.radius * camera.zoom + GAP);
  return { left: middle - half, right: middle + half, top, bottom: top + height };
}
