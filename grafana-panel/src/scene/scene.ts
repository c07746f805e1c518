import type {
  NodeHealth,
  NodeKind,
  Topology,
  TopologyEdge,
  TopologyNode,
} from 'toposcope-topology-datasource/graph/topology';
import { aggregate, type Aggregate } from './aggregate';
import { clustersOf } from './clusters';
import { cellOf } from '../layout/blocks';
import type { Bounds } from '../layout/bounds';
import type { Direction, Point, Positions } from '../layout/graph';
import { SLOT } from '../layout/spacing';
import { isLossy } from '../trouble/retransmit-share';
import { routeEdges } from './routing';

/** Everything that is drawn, in the world's units: CSS pixels at zoom 1. */
export interface Scene {
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly nodesById: ReadonlyMap<string, SceneNode>;
  readonly edgesById: ReadonlyMap<string, SceneEdge>;
  /** Edges at each node, by its id. */
  readonly edgesOf: ReadonlyMap<string, readonly SceneEdge[]>;
  /** The frames of groups where it is too much for single lines; undefined where every edge is drawn. */
  readonly groups: Aggregate | undefined;
  /** Round all nodes with their labels. */
  readonly bounds: Bounds;
}

export interface SceneNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  readonly sublabel: string;
  readonly group: string;
  readonly health: NodeHealth;
  readonly count: number;
  readonly radius: number;
  /** Whose label is drawn first where there is not room for all. */
  readonly importance: number;
  /** How wide its name may be where the neighbours leave room: within its frame, if it has one. */
  readonly nameRoom: number;
  readonly x: number;
  readonly y: number;
}

export interface SceneEdge {
  readonly id: string;
  readonly source: SceneNode;
  readonly target: SceneNode;
  readonly tone: EdgeTone;
  /** CSS pixels. */
  readonly width: number;
  /** It says what belongs to what; nothing flows, and nobody calls. */
  readonly isMembership: boolean;
  /** The frame round both ends says it already: drawn only where it is brought out. */
  readonly isImplied: boolean;
  readonly path: EdgePath;
}

/**
 * In the order of drawing. `membership`: one belongs to the other; `idle`: open, but nothing flows; `lossy`: much is
 * sent again; the last three only where two moments are compared.
 */
export const EDGE_TONES = [
  'membership',
  'idle',
  'normal',
  'lossy',
  'failing',
  'changed',
  'removed',
  'added',
] as const;
export type EdgeTone = (typeof EDGE_TONES)[number];

/** From the border of one node to that of the other: straight, or by cubic Bézier curves. */
export interface EdgePath {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
  /** Six numbers a curve: both control points and the end; undefined: a straight line. */
  readonly curves: readonly number[] | undefined;
}

/** Above this many edges all are straight hairlines: what is traced is a neighbourhood, not a line. */
export const MOST_ROUTED_EDGES = 900;

/** Nodes without edges are smaller where others have some, so that these stand out. */
const LOOSE_SCALE = 0.74;
const ALONE_SCALE = 1.7;
/** Of an importance from which on a node is named wherever there is room: in trouble, or by itself beside groups. */
export const OUTSTANDING = 400;

/** What a name may take in the end where the neighbours leave it, as a share of a slot. */
const FULL_ROOM = 1.6;
/** Between names and the frame round them. */
const FRAME_INSET = 16;

const MARGIN = { side: 64, top: 36, bottom: 64 } as const;
/** Above frames, for their titles, and beside single nodes, for their names: as shares of the picture. */
const FRAME_MARGIN = { top: 0.035, side: 0.04 } as const;

/** The scene of a topology. Nodes without a place are left out, and so are their edges. */
export function buildScene(topology: Topology, positions: Positions, direction: Direction): Scene {
  const clusters = clustersOf(topology);
  const degrees = degreesOf(topology.edges);
  const looseScale = degrees.size > 0 ? LOOSE_SCALE : 1;
  const nodes = topology.nodes.flatMap((node) => {
    const point = positions.get(node.id);
    const group = clusters?.get(node.id) ?? node.group;
    const framed = clusters === undefined || group === '' ? undefined : cellOf(topology).width;
    return point
      ? [
          {
            ...sceneNode(
              { ...node, group },
              point,
              degrees.get(node.id) ?? 0,
              looseScale,
              clusters !== undefined,
            ),
            nameRoom: framed === undefined ? SLOT.width * FULL_ROOM : framed - FRAME_INSET,
          },
        ]
      : [];
  });
  const nodesById = new Map(nodes.map((node) => [node.id, node]));
  const widths = new Map([...customWidths(topology), ...overlayWidths(topology)]);
  const drawn = topology.edges.flatMap((edge) => {
    const source = nodesById.get(edge.source);
    const target = nodesById.get(edge.target);
    if (!source || !target || source === target) {
      return [];
    }
    const isMembership = edge.kind === 'membership';
    const isImplied = isMembership && clusters !== undefined && source.group === target.group;
    return [{ edge, source, target, isMembership, isImplied }];
  });
  // What a frame says already takes no room among the other lines.
  const visible = drawn.filter(({ isImplied }) => !isImplied);
  const paths = routeEdges(visible, direction, visible.length <= MOST_ROUTED_EDGES).values();
  const edges = drawn.map(({ edge, ...ends }): SceneEdge => {
    const routed = ends.isImplied ? undefined : paths.next().value;
    const path = routed ?? straight(ends.source, ends.target);
    return { id: edge.id, ...ends, tone: toneOf(edge), width: widths.get(edge.id) ?? widthOf(edge), path };
  });
  const groups = clusters && aggregate({ nodes, edges });
  return {
    nodes,
    edges,
    nodesById,
    edgesById: new Map(edges.map((edge) => [edge.id, edge])),
    edgesOf: edgesOf(edges),
    groups,
    bounds: groups ? withFrames(boundsWithLabels(nodes), groups.hulls) : boundsWithLabels(nodes),
  };
}

function sceneNode(
  node: TopologyNode,
  { x, y }: Point,
  degree: number,
  looseScale: number,
  isClustered: boolean,
): Omit<SceneNode, 'nameRoom'> {
  const { id, kind, label, sublabel, group, health, count } = node;
  const trouble = health === 'critical' ? 1000 : health === 'warning' ? 500 : 0;
  // Beside blocks of many, what is by itself is as good as one of them.
  const isAlone = isClustered && group === '';
  const scale = isAlone ? ALONE_SCALE : degree === 0 && !isClustered ? looseScale : 1;
  return {
    ...{ id, kind, label, sublabel, group, health, count, x, y },
    radius: (kind === 'host' ? 26 : 23) * scale,
    importance:
      trouble + degree + (isAlone ? OUTSTANDING : 0) + (kind === 'internet' ? 20 : 0) + Math.log2(count + 1),
  };
}

function straight(source: SceneNode, target: SceneNode): EdgePath {
  return { fromX: source.x, fromY: source.y, toX: target.x, toY: target.y, curves: undefined };
}

function degreesOf(edges: readonly TopologyEdge[]): Map<string, number> {
  const degrees = new Map<string, number>();
  for (const { source, target } of edges) {
    if (source === target) {
      continue;
    }
    degrees.set(source, (degrees.get(source) ?? 0) + 1);
    degrees.set(target, (degrees.get(target) ?? 0) + 1);
  }
  return degrees;
}

function toneOf({ kind, traffic, change }: TopologyEdge): EdgeTone {
  if (change) {
    return change.kind;
  }
  if (kind === 'membership') {
    return 'membership';
  }
  if (traffic.failed > 0) {
    return 'failing';
  }
  if (isLossy(traffic)) {
    return 'lossy';
  }
  const measured = traffic.requestBytes !== null || traffic.responseBytes !== null;
  return measured && bytesPerSecond(traffic) === 0 ? 'idle' : 'normal';
}

/** Dots need some width. One pixel without traffic, 0.4 more for each ten times as many bytes from 100 B/s on, 3.2 at most. */
function widthOf({ kind, traffic }: TopologyEdge): number {
  if (kind === 'membership') {
    return 1.8;
  }
  return Math.min(3.2, 1.1 + 0.4 * Math.log10(1 + bytesPerSecond(traffic) / 100));
}

/** Of the user's own edges: by their value, against the greatest that tells the same. */
function customWidths({ edges }: Topology): Map<string, number> {
  const greatest = new Map<string, number>();
  for (const { value } of edges) {
    if (value) {
      greatest.set(value.label, Math.max(value.value, greatest.get(value.label) ?? 0));
    }
  }
  const widths = new Map<string, number>();
  for (const { id, value } of edges) {
    if (value) {
      const most = greatest.get(value.label) ?? 0;
      widths.set(id, widthOfShare(most > 0 ? value.value / most : 0));
    }
  }
  return widths;
}

/** By an overlay that the query adds for widths, where it has a value. */
function overlayWidths({ overlays = [], edges }: Topology): Map<string, number> {
  const widths = new Map<string, number>();
  const style = overlays.find(({ show }) => show === 'width');
  for (const { id, overlays: values = [] } of style ? edges : []) {
    const value = values.find(({ key }) => key === style?.key)?.value;
    if (style && value !== undefined) {
      widths.set(id, widthOfShare(value / style.max));
    }
  }
  return widths;
}

function widthOfShare(share: number): number {
  return 1.1 + 2.6 * Math.min(1, Math.max(0, share));
}

function bytesPerSecond({ requestBytes, responseBytes }: TopologyEdge['traffic']): number {
  return (requestBytes ?? 0) + (responseBytes ?? 0);
}

function edgesOf(edges: readonly SceneEdge[]): Map<string, SceneEdge[]> {
  const lists = new Map<string, SceneEdge[]>();
  for (const edge of edges) {
    for (const { id } of [edge.source, edge.target]) {
      const list = lists.get(id);
      if (list) {
        list.push(edge);
      } else {
        lists.set(id, [edge]);
      }
    }
  }
  return lists;
}

function boundsWithLabels(nodes: readonly SceneNode[]): Bounds {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const { x, y } of nodes) {
    left = Math.min(left, x - MARGIN.side);
    top = Math.min(top, y - MARGIN.top);
    right = Math.max(right, x + MARGIN.side);
    bottom = Math.max(bottom, y + MARGIN.bottom);
  }
  return left <= right ? { left, top, right, bottom } : { left: 0, top: 0, right: 1, bottom: 1 };
}

function withFrames(nodes: Bounds, frames: readonly Bounds[]): Bounds {
  const all = [nodes, ...frames];
  const [left, right] = [Math.min(...all.map((one) => one.left)), Math.max(...all.map((one) => one.right))];
  const [top, bottom] = [Math.min(...all.map((one) => one.top)), Math.max(...all.map((one) => one.bottom))];
  const [above, beside] = [(bottom - top) * FRAME_MARGIN.top, (right - left) * FRAME_MARGIN.side];
  return { left: left - beside, top: top - above, right: right + beside, bottom };
}
