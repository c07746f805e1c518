import type { Camera, Size } from './camera';
import { labelAnchor, labelGeometry } from './label-geometry';
import type { LabelBox } from './label-placement';
import { measure } from './paint-text';
import type { Palette } from './palette';
import type { SceneNode } from './scene';

const PADDING = { side: 7, around: 4 } as const;
/** From the rim of the view. */
const GAP = 5;

/**
 * Writes a node's whole name and second line on a tag, on top of its label and of whatever else is there: the name of
 * what the keyboard is at is seen at every zoom. The context is in CSS pixels.
 */
export function paintTag(
  context: CanvasRenderingContext2D,
  node: SceneNode,
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  const { label, sublabel } = node;
  const { name, second } = labelGeometry(camera.zoom);
  const fonts = {
    name: `500 ${name.size}px ${palette.fontFamily}`,
    second: `400 ${second.size}px ${palette.fontFamily}`,
  };
  context.font = fonts.second;
  const below = measure(context, sublabel);
  context.font = fonts.name;
  const text = {
    width: Math.max(measure(context, label), below),
    height: name.line + (sublabel === '' ? 0 : second.line),
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
  const first = top + PADDING.around;
  context.fillText(label, (left + right) / 2, first + name.line / 2);
  context.font = fonts.second;
  context.fillStyle = palette.textSecondary;
  context.fillText(sublabel, (left + right) / 2, first + name.line + second.line / 2);
}

/** Round the texts where the node's label has them, moved aside as far as it takes to be within the view. */
function tagBox(
  node: SceneNode,
  { width, height }: { readonly width: number; readonly height: number },
  camera: Camera,
  size: Size,
): LabelBox {
  const anchor = labelAnchor(node, camera, size);
  const half = width / 2 + PADDING.side;
  const whole = height + 2 * PADDING.around;
  const middle = Math.max(half + GAP, Math.min(size.width - half - GAP, anchor.x));
  const top = Math.min(size.height - whole - GAP, anchor.top - PADDING.around);
  return { left: middle - half, right: middle + half, top, bottom: top + whole };
}
