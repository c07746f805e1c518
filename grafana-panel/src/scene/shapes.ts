import type { NodeKind } from 'toposcope-topology-datasource/graph/topology';

export type ShapeName =
  | 'circle'
  | 'square'
  | 'hexagon'
  | 'cloud'
  | 'diamond'
  | 'pill'
  | 'pentagon'
  | 'heptagon'
  | 'octagon'
  | 'trapezoid'
  | 'lean'
  | 'leanBack'
  | 'drum'
  | 'box';

/** The outline tells the kind without any colour. */
export const SHAPE_OF_KIND = {
  host: 'circle',
  container: 'hexagon',
  image: 'hexagon',
  process: 'square',
  'process-name': 'square',
  workload: 'hexagon',
  network: 'pill',
  pod: 'heptagon',
  deployment: 'octagon',
  daemonset: 'pentagon',
  statefulset: 'trapezoid',
  job: 'lean',
  cronjob: 'leanBack',
  controller: 'hexagon',
  service: 'heptagon',
  namespace: 'box',
  'storage-claim': 'drum',
  'storage-volume': 'drum',
  'storage-class': 'drum',
  node: 'circle',
  group: 'hexagon',
  custom: 'circle',
  internet: 'cloud',
  external: 'cloud',
  unmanaged: 'diamond',
  uncontained: 'square',
  overflow: 'pill',
} as const satisfies Record<NodeKind, ShapeName>;

/** What `CanvasRenderingContext2D` and `Path2D` share of a path, so that shapes can be added to either. */
export type PathTarget = Pick<
  CanvasRenderingContext2D,
  'moveTo' | 'lineTo' | 'arc' | 'arcTo' | 'closePath' | 'bezierCurveTo'
>;

/** Adds a closed outline round the centre; all shapes look equally big at the same radius. */
export function addShape(path: PathTarget, shape: ShapeName, x: number, y: number, radius: number): void {
  switch (shape) {
    case 'circle':
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, Math.PI * 2);
      path.closePath();
      return;
    case 'square':
      addRoundedPolygon(path, corners(x, y, radius * 1.24, 4, Math.PI / 4), radius * 0.28);
      return;
    case 'hexagon':
      addRoundedPolygon(path, corners(x, y, radius * 1.1, 6, Math.PI / 2), radius * 0.16);
      return;
    case 'diamond':
      addRoundedPolygon(path, corners(x, y, radius * 1.2, 4, 0), radius * 0.2);
      return;
    case 'pill':
      addRoundedPolygon(path, box(x, y, radius * 1.15, radius * 0.7), radius * 0.7);
      return;
    case 'pentagon':
      addRoundedPolygon(path, corners(x, y, radius * 1.14, 5, -Math.PI / 2), radius * 0.18);
      return;
    case 'heptagon':
      addRoundedPolygon(path, corners(x, y, radius * 1.08, 7, -Math.PI / 2), radius * 0.16);
      return;
    case 'octagon':
      addRoundedPolygon(path, corners(x, y, radius * 1.06, 8, Math.PI / 8), radius * 0.14);
      return;
    case 'trapezoid':
      addRoundedPolygon(path, quadrilateral(x, y, radius, [0.72, 1.08]), radius * 0.18);
      return;
    case 'lean':
      addRoundedPolygon(path, leaning(x, y, radius, 0.3), radius * 0.18);
      return;
    case 'leanBack':
      addRoundedPolygon(path, leaning(x, y, radius, -0.3), radius * 0.18);
      return;
    case 'box':
      addRoundedPolygon(path, box(x, y, radius * 1.15, radius * 0.8), radius * 0.2);
      return;
    case 'drum':
      addDrum(path, x, y, radius);
      return;
    case 'cloud':
      addCloud(path, x, y, radius);
      return;
  }
}

type Corner = readonly [number, number];

function corners(x: number, y: number, radius: number, count: number, turn: number): Corner[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = turn + (index / count) * Math.PI * 2;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const;
  });
}

function box(x: number, y: number, halfWidth: number, halfHeight: number): Corner[] {
  return [
    [x - halfWidth, y - halfHeight],
    [x + halfWidth, y - halfHeight],
    [x + halfWidth, y + halfHeight],
    [x - halfWidth, y + halfHeight],
  ];
}

/** Half widths at the top and at the bottom, in radii. */
function quadrilateral(
  x: number,
  y: number,
  radius: number,
  [top, bottom]: readonly [number, number],
): Corner[] {
  const half = radius * 0.88;
  return [
    [x - radius * top, y - half],
    [x + radius * top, y - half],
    [x + radius * bottom, y + half],
    [x - radius * bottom, y + half],
  ];
}

/** A box whose top is pushed to the right by a part of the radius. */
function leaning(x: number, y: number, radius: number, shift: number): Corner[] {
  return box(x, y, radius * 0.86, radius * 0.84).map(
    ([left, top]) => [left + (top < y ? radius * shift : -radius * shift), top] as const,
  );
}

function addRoundedPolygon(path: PathTarget, points: readonly Corner[], rounding: number): void {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) {
    return;
  }
  path.moveTo((first[0] + last[0]) / 2, (first[1] + last[1]) / 2);
  points.forEach(([x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length] ?? first;
    path.arcTo(x, y, (x + nextX) / 2, (y + nextY) / 2, rounding);
  });
  path.closePath();
}

/** Straight sides between two arched ends, as storage is commonly drawn. */
function addDrum(path: PathTarget, x: number, y: number, radius: number): void {
  const [half, end, arch] = [radius * 0.88, radius * 0.72, radius * 0.42];
  path.moveTo(x - half, y - end);
  path.bezierCurveTo(x - half, y - end - arch, x + half, y - end - arch, x + half, y - end);
  path.bezierCurveTo(x + half, y, x + half, y, x + half, y + end);
  path.bezierCurveTo(x + half, y + end + arch, x - half, y + end + arch, x - half, y + end);
  path.closePath();
}

/** A flat base and three humps. */
function addCloud(path: PathTarget, x: number, y: number, radius: number): void {
  const r = radius;
  path.moveTo(x - r * 0.72, y + r * 0.68);
  path.bezierCurveTo(x - r * 1.35, y + r * 0.68, x - r * 1.4, y - r * 0.22, x - r * 0.78, y - r * 0.26);
  path.bezierCurveTo(x - r * 0.7, y - r * 1.0, x + r * 0.3, y - r * 1.16, x + r * 0.5, y - r * 0.44);
  path.bezierCurveTo(x + r * 1.24, y - r * 0.66, x + r * 1.52, y + r * 0.68, x + r * 0.72, y + r * 0.68);
  path.closePath();
}
