import type { Camera, Size } from './camera';
import type { DetailLevel } from './detail-level';
import type { PaintContext } from './paint-context';
import type { Palette } from './palette';
import { colorOfTone, DASHES_OF_TONE, isQuietTone } from './edge-look';
import { EDGE_TONES, type EdgePath, type EdgeTone, type SceneEdge } from './scene';

/** Paths a stroke: longer ones make the software rasteriser slow, single ones cost a call each. */
const BATCH = 16;
/** From this many edges in view on each stands back, so that nodes and troubles stand out. */
const CROWD = 250;
const CROWD_ALPHA = 0.5;
const THRONG = 3_000;
const THRONG_ALPHA = 0.22;
const ARROW = { length: 8, halfWidth: 3.6 } as const;

export interface EdgeStyle {
  readonly color: string;
  /** Added to each edge's own width, CSS pixels. */
  readonly extraWidth: number;
}

/** Strokes edges in the colours of their tone; the context is in world coordinates. */
export function paintEdges(
  context: PaintContext,
  edges: readonly SceneEdge[],
  zoom: number,
  pixelRatio: number,
  level: DetailLevel,
  palette: Palette,
  style?: EdgeStyle,
): void {
  const colorOf = (tone: EdgeTone) => (style && isQuietTone(tone) ? style.color : colorOfTone(tone, palette));
  const worldWidth = (width: number) => (width * Math.min(1, Math.max(0.5, zoom))) / zoom;
  const alpha = style || edges.length <= CROWD ? 1 : edges.length <= THRONG ? CROWD_ALPHA : THRONG_ALPHA;
  for (const { tone, width, isMembership, members } of byAppearance(edges, level.hairlines && !style)) {
    const dashes = level.arrows ? DASHES_OF_TONE[isMembership ? 'membership' : tone] : undefined;
    context.strokeStyle = colorOf(tone);
    context.globalAlpha = isQuietTone(tone) ? alpha : 1;
    context.lineWidth = width === 0 ? 1 / pixelRatio / zoom : worldWidth(width + (style?.extraWidth ?? 0));
    context.setLineDash((dashes ?? []).map((dash) => dash / Math.min(1, zoom)));
    strokeInBatches(context, members);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (level.arrows) {
    for (const tone of EDGE_TONES) {
      context.fillStyle = colorOf(tone);
      paintArrows(
        context,
        edges.filter((edge) => edge.tone === tone && !edge.isMembership),
        style ? 1.25 : 1,
      );
    }
  }
}

/**
 * Edges that have a part within the view, by the boxes of their ends and bends; none that a frame says already.
 *
 * @param whole Only those that have both ends in the view: among many others a line from nowhere to nowhere says nothing.
 */
export function visibleEdges(
  edges: readonly SceneEdge[],
  camera: Camera,
  size: Size,
  whole = false,
): SceneEdge[] {
  const halfWidth = size.width / 2 / camera.zoom + 60;
  const halfHeight = size.height / 2 / camera.zoom + 60;
  const left = camera.x - halfWidth;
  const right = camera.x + halfWidth;
  const top = camera.y - halfHeight;
  const bottom = camera.y + halfHeight;
  const contains = (x: number, y: number) => x >= left && x <= right && y >= top && y <= bottom;
  return edges.filter(({ isImplied, path: { fromX, fromY, toX, toY, curves } }) => {
    if (isImplied) {
      return false;
    }
    if (whole) {
      return contains(fromX, fromY) && contains(toX, toY);
    }
    if (curves && curves.length > 6) {
      return true;
    }
    return !(
      (fromX < left && toX < left) ||
      (fromX > right && toX > right) ||
      (fromY < top && toY < top) ||
      (fromY > bottom && toY > bottom)
    );
  });
}

interface Alike extends Pick<SceneEdge, 'tone' | 'isMembership'> {
  /** 0: a hairline. */
  readonly width: number;
  readonly members: SceneEdge[];
}

/** Edges that look the same, together. */
function byAppearance(edges: readonly SceneEdge[], hairlines: boolean): Alike[] {
  const buckets = new Map<string, Alike>();
  for (const edge of edges) {
    const { tone, isMembership } = edge;
    const width = hairlines ? 0 : Math.round(edge.width * 4) / 4;
    const key = `${tone}${width}${isMembership}`;
    const bucket = buckets.get(key);
    if (bucket) {
      bucket.members.push(edge);
    } else {
      buckets.set(key, { tone, width, isMembership, members: [edge] });
    }
  }
  return [...buckets.values()].sort((a, b) => EDGE_TONES.indexOf(a.tone) - EDGE_TONES.indexOf(b.tone));
}

function strokeInBatches(context: PaintContext, edges: readonly SceneEdge[]): void {
  context.beginPath();
  let batched = 0;
  for (const { path } of edges) {
    trace(context, path);
    if (++batched % BATCH === 0) {
      context.stroke();
      context.beginPath();
    }
  }
  context.stroke();
}

function trace(context: PaintContext, { fromX, fromY, toX, toY, curves }: EdgePath): void {
  context.moveTo(fromX, fromY);
  if (!curves) {
    context.lineTo(toX, toY);
    return;
  }
  for (let at = 0; at + 5 < curves.length; at += 6) {
    context.bezierCurveTo(
      curves[at] ?? 0,
      curves[at + 1] ?? 0,
      curves[at + 2] ?? 0,
      curves[at + 3] ?? 0,
      curves[at + 4] ?? 0,
      curves[at + 5] ?? 0,
    );
  }
}

function paintArrows(context: PaintContext, edges: readonly SceneEdge[], scale: number): void {
  context.beginPath();
  let batched = 0;
  for (const { path, width } of edges) {
    const { fromX, fromY, toX, toY, curves } = path;
    const controlX = curves?.at(-4) ?? fromX;
    const controlY = curves?.at(-3) ?? fromY;
    const distance = Math.hypot(toX - controlX, toY - controlY) || 1;
    const dx = (toX - controlX) / distance;
    const dy = (toY - controlY) / distance;
    const size = scale * (0.9 + width * 0.12);
    const length = ARROW.length * size;
    const half = ARROW.halfWidth * size;
    context.moveTo(toX + dx, toY + dy);
    context.lineTo(toX - dx * length - dy * half, toY - dy * length + dx * half);
    context.lineTo(toX - dx * length * 0.8, toY - dy * length * 0.8);
    context.lineTo(toX - dx * length + dy * half, toY - dy * length - dx * half);
    context.closePath();
    if (++batched % BATCH === 0) {
      context.fill();
      context.beginPath();
    }
  }
  context.fill();
}
