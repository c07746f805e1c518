import { quadtree, type Quadtree } from 'd3-quadtree';
import type { Point } from '../layout/graph';
import type { EdgePath, SceneEdge, SceneNode } from './scene';

/** Finds what is at a point of the world. */
export class HitTest {
  readonly #nodes: Quadtree<SceneNode>;
  readonly #reach: number;
  readonly #edges: readonly SceneEdge[];
  #segments: SegmentGrid | undefined;

  constructor(nodes: readonly SceneNode[], edges: readonly SceneEdge[]) {
    this.#nodes = quadtree(
      [...nodes],
      (node) => node.x,
      (node) => node.y,
    );
    this.#reach = nodes.reduce((most, node) => Math.max(most, node.radius), 0);
    this.#edges = edges;
  }

  /** The node under the point, or so near that a finger meant it. */
  nodeAt({ x, y }: Point, tolerance: number): SceneNode | undefined {
    const node = this.#nodes.find(x, y, this.#reach + tolerance);
    return node && Math.hypot(node.x - x, node.y - y) <= node.radius + tolerance ? node : undefined;
  }

  /** The edge nearest to the point within the tolerance. */
  edgeAt(point: Point, tolerance: number): SceneEdge | undefined {
    return this.indexEdges().nearest(point, tolerance);
  }

  /** Makes the index that the first `edgeAt` would make: some tens of milliseconds for very many edges. */
  indexEdges(): SegmentGrid {
    this.#segments ??= new SegmentGrid(this.#edges);
    return this.#segments;
  }
}

interface Segment {
  readonly edge: SceneEdge;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

const CELL = 120;
/** Lines that a curve is taken as. */
const CURVE_STEPS = 10;

/** Edges as short lines in the cells of a grid: a test looks at one cell's neighbourhood, not at all edges. */
class SegmentGrid {
  readonly #cells = new Map<number, Segment[]>();

  constructor(edges: readonly SceneEdge[]) {
    for (const edge of edges) {
      const points = flatten(edge.path);
      for (let at = 0; at + 3 < points.length; at += 2) {
        this.#add({
          edge,
          x0: points[at] ?? 0,
          y0: points[at + 1] ?? 0,
          x1: points[at + 2] ?? 0,
          y1: points[at + 3] ?? 0,
        });
      }
    }
  }

  nearest({ x, y }: Point, tolerance: number): SceneEdge | undefined {
    let best: SceneEdge | undefined;
    let least = tolerance * tolerance;
    for (let column = cellOf(x - tolerance); column <= cellOf(x + tolerance); column++) {
      for (let row = cellOf(y - tolerance); row <= cellOf(y + tolerance); row++) {
        for (const segment of this.#cells.get(cellKey(column, row)) ?? []) {
          const distance = squaredDistance(segment, x, y);
          if (distance < least) {
            least = distance;
            best = segment.edge;
          }
        }
      }
    }
    return best;
  }

  /** Into all cells that the line passes: column by column, the rows between where it enters and leaves. */
  #add(segment: Segment): void {
    const { x0, y0, x1, y1 } = segment;
    const left = Math.min(x0, x1);
    const right = Math.max(x0, x1);
    const heightAt = (x: number) => y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
    for (let column = cellOf(left); column <= cellOf(right); column++) {
      const entry = x1 === x0 ? y0 : heightAt(Math.max(left, column * CELL));
      const exit = x1 === x0 ? y1 : heightAt(Math.min(right, (column + 1) * CELL));
      for (let row = cellOf(Math.min(entry, exit)); row <= cellOf(Math.max(entry, exit)); row++) {
        const key = cellKey(column, row);
        const cell = this.#cells.get(key);
        if (cell) {
          cell.push(segment);
        } else {
          this.#cells.set(key, [segment]);
        }
      }
    }
  }
}

function cellOf(coordinate: number): number {
  return Math.floor(coordinate / CELL);
}

/** Unique for coordinates up to 2^20 cells from the origin. */
function cellKey(column: number, row: number): number {
  return column * 2_097_152 + row;
}

/** The path as points of a polygonal line: x and y in turn. */
export function flatten({ fromX, fromY, toX, toY, curves }: EdgePath): number[] {
  if (!curves) {
    return [fromX, fromY, toX, toY];
  }
  const points = [fromX, fromY];
  let x = fromX;
  let y = fromY;
  for (let at = 0; at + 5 < curves.length; at += 6) {
    const [ax = 0, ay = 0, bx = 0, by = 0, endX = 0, endY = 0] = curves.slice(at, at + 6);
    for (let step = 1; step <= CURVE_STEPS; step++) {
      const t = step / CURVE_STEPS;
      const u = 1 - t;
      points.push(
        u * u * u * x + 3 * u * u * t * ax + 3 * u * t * t * bx + t * t * t * endX,
        u * u * u * y + 3 * u * u * t * ay + 3 * u * t * t * by + t * t * t * endY,
      );
    }
    x = endX;
    y = endY;
  }
  return points;
}

function squaredDistance({ x0, y0, x1, y1 }: Segment, x: number, y: number): number {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const square = dx * dx + dy * dy;
  const share = square > 0 ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square)) : 0;
  return (x - x0 - dx * share) ** 2 + (y - y0 - dy * share) ** 2;
}
