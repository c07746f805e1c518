import type { Camera, Size } from './camera';
import type { Decoration, Decorations } from './decoration';
import type { DetailLevel } from './detail-level';
import { ICON_OF_KIND } from './icons';
import type { PaintContext } from './paint-context';
import { fillColor, paintBadges, paintFill, paintMark } from './paint-decorations';
import type { Palette } from './palette';
import type { SceneNode } from './scene';
import { addShape, SHAPE_OF_KIND } from './shapes';

/** CSS pixels of a radius. */
const LEAST_WITH_ICON = 8.5;
const ICON_FIELD = 24;
const ICON_SCALE = 1.1;
const icons = new Map<string, Path2D>();

/** Draws nodes, in world coordinates: dots from afar, from nearer on outline, icon, ring, stack and badge. */
export function paintNodes(
  context: PaintContext,
  nodes: readonly SceneNode[],
  zoom: number,
  level: DetailLevel,
  palette: Palette,
  decorations: Decorations,
): void {
  if (!level.shapes) {
    paintDots(context, nodes, zoom, palette, decorations);
    return;
  }
  for (const node of nodes) {
    const hasIcon = level.icons || node.radius * zoom >= LEAST_WITH_ICON;
    paintNode(context, node, hasIcon, zoom, palette, decorations);
  }
}

/** Nodes with a part within the view. */
export function visibleNodes(nodes: readonly SceneNode[], camera: Camera, size: Size): SceneNode[] {
  const halfWidth = size.width / 2 / camera.zoom + 100;
  const halfHeight = size.height / 2 / camera.zoom + 100;
  return nodes.filter(
    ({ x, y }) => Math.abs(x - camera.x) < halfWidth && Math.abs(y - camera.y) < halfHeight,
  );
}

/** A ring round a node: the selection, or where the keyboard is. */
export function paintRing(
  context: PaintContext,
  node: SceneNode,
  zoom: number,
  color: string,
  dashed: boolean,
): void {
  context.strokeStyle = color;
  context.lineWidth = Math.max(2, 2 / zoom);
  context.setLineDash(dashed ? [5, 4] : []);
  context.beginPath();
  addShape(context, SHAPE_OF_KIND[node.kind], node.x, node.y, node.radius + 3.5 + 0.5 / zoom);
  context.stroke();
  context.setLineDash([]);
}

function paintDots(
  context: PaintContext,
  nodes: readonly SceneNode[],
  zoom: number,
  palette: Palette,
  decorations: Decorations,
): void {
  const byColor = new Map<string, SceneNode[]>();
  for (const node of nodes) {
    const decoration = decorations.get(node.id);
    const fill = decoration?.fill;
    const color =
      fill?.isOfLimit === true && fill.share >= 0.8
        ? fillColor(fill, palette)
        : smallColor(node, decoration, palette);
    const list = byColor.get(color);
    if (list) {
      list.push(node);
    } else {
      byColor.set(color, [node]);
    }
  }
  for (const [color, members] of byColor) {
    context.fillStyle = color;
    for (const node of members) {
      const trouble = node.health === 'critical' || node.health === 'warning' ? 1.6 : 1;
      const radius = Math.max(node.radius * 0.8, 1.4 / zoom) * trouble;
      context.fillRect(node.x - radius, node.y - radius, radius * 2, radius * 2);
    }
  }
}

function paintNode(
  context: PaintContext,
  node: SceneNode,
  hasIcon: boolean,
  zoom: number,
  palette: Palette,
  decorations: Decorations,
): void {
  const { x, y, radius, kind, health, count } = node;
  const decoration = decorations.get(node.id);
  const fill = decoration?.fill;
  const shape = SHAPE_OF_KIND[kind];
  const color = hasIcon ? ringColor(node, palette) : smallColor(node, decoration, palette);
  const isImage = kind === 'image';
  if (count > 1 || isImage) {
    paintStack(context, node, color, palette);
  }
  const trouble = health === 'warning' || health === 'critical';
  context.beginPath();
  addShape(context, shape, x, y, radius);
  context.fillStyle = palette.surface;
  context.fill();
  if (health !== 'stopped' || !hasIcon) {
    context.globalAlpha = fill
      ? 0.06
      : hasIcon
        ? trouble
          ? 0.24
          : 0.13
        : health === 'stopped'
          ? 0.15
          : 0.45;
    context.fillStyle = color;
    context.fill();
    context.globalAlpha = 1;
  }
  if (fill) {
    paintFill(context, node, fill, palette);
    context.beginPath();
    addShape(context, shape, x, y, radius);
  }
  context.strokeStyle = color;
  context.lineWidth = trouble ? 3.2 : 1.9;
  context.setLineDash(health === 'stopped' ? [4, 3.5] : []);
  context.stroke();
  context.setLineDash([]);
  if (hasIcon) {
    paintIcon(context, node, fill ? palette.text : health === 'stopped' ? color : palette.kinds[kind]);
    if (trouble || health === 'stopped') {
      paintHealthMark(context, node, zoom, color, palette);
    }
    if (decoration) {
      paintBadges(context, node, decoration, zoom, palette);
    }
  }
}

/** Two more outlines behind it: this stands for several. */
function paintStack(
  context: PaintContext,
  { x, y, radius, kind }: SceneNode,
  color: string,
  palette: Palette,
): void {
  context.strokeStyle = color;
  context.lineWidth = 1.4;
  for (const [shift, alpha] of [
    [7, 0.4],
    [3.5, 0.65],
  ] as const) {
    context.beginPath();
    addShape(context, SHAPE_OF_KIND[kind], x + shift, y - shift, radius);
    context.fillStyle = palette.surface;
    context.fill();
    context.globalAlpha = alpha;
    context.stroke();
    context.globalAlpha = 1;
  }
}

function paintIcon(context: PaintContext, { x, y, kind, radius }: SceneNode, color: string): void {
  const drawing = ICON_OF_KIND[kind];
  let icon = icons.get(drawing);
  if (!icon) {
    // An SVG document draws it from its text.
    icon = Object.assign(new Path2D(drawing), { drawing });
    icons.set(drawing, icon);
  }
  const scale = (radius / 23) * ICON_SCALE;
  context.save();
  context.translate(x - (ICON_FIELD / 2) * scale, y - (ICON_FIELD / 2) * scale);
  context.scale(scale, scale);
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke(icon);
  context.restore();
}

/** A mark at the upper left that says the health without colour: `!`, a cross, a bar. */
function paintHealthMark(
  context: PaintContext,
  { x, y, radius, health }: SceneNode,
  zoom: number,
  color: string,
  palette: Palette,
): void {
  paintMark(context, { x: x - radius * 0.78, y: y - radius * 0.72 }, zoom, color, palette, () => {
    context.strokeStyle = palette.surface;
    context.lineCap = 'round';
    context.beginPath();
    if (health === 'critical') {
      context.moveTo(-2.6, -2.6);
      context.lineTo(2.6, 2.6);
      context.moveTo(2.6, -2.6);
      context.lineTo(-2.6, 2.6);
    } else if (health === 'warning') {
      context.moveTo(0, -3.8);
      context.lineTo(0, 0.6);
      context.moveTo(0, 3.8);
      context.lineTo(0, 3.8);
    } else {
      context.moveTo(-2.8, 0);
      context.lineTo(2.8, 0);
    }
    context.stroke();
  });
}

/** Too small for marks: what changed is told by its colour. */
function smallColor(node: SceneNode, decoration: Decoration | undefined, palette: Palette): string {
  return decoration?.change ? palette.changes[decoration.change] : ringColor(node, palette);
}

function ringColor({ kind, health }: SceneNode, palette: Palette): string {
  return health === 'ok' || health === 'unknown' ? palette.kinds[kind] : palette.health[health];
}
