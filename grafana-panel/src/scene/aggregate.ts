import { cellOf } from '../layout/blocks';
import type { EdgeTone, Scene, SceneEdge, SceneNode } from './scene';

/** A group's place: round its nodes, in the world's units. */
export interface Hull {
  /** Its name, or the id of the one node that it stands for. */
  readonly group: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly count: number;
}

/** All edges between two groups as one. */
export interface Bundle {
  readonly from: Hull;
  readonly to: Hull;
  /** Edges from `from` to `to`, and the other way. */
  readonly forth: number;
  readonly back: number;
  readonly tone: EdgeTone;
}

export interface Aggregate {
  readonly hulls: readonly Hull[];
  /** What belongs to no group and is an end of bundles. */
  readonly discs: readonly Hull[];
  readonly bundles: readonly Bundle[];
}

/** Between the outermost nodes' centres and the frame, in the world's units; names have room where there are few. */
const MARGIN = { around: 38, below: 74 } as const;
/** Of the frame's nodes so many times the mean distance away from the middle are strays: they do not blow it up. */
const STRAY = 3.2;

/** The picture from afar: groups and what flows between them; what belongs to no group stands for itself. */
export function aggregate({ nodes, edges }: Pick<Scene, 'nodes' | 'edges'>): Aggregate {
  const hulls = hullsOf(nodes);
  const ends = new Map<string, Hull>();
  const endOf = (node: SceneNode): Hull => {
    const hull = hulls.get(node.group) ?? ends.get(node.id) ?? discOf(node);
    if (node.group === '') {
      ends.set(node.id, hull);
    }
    return hull;
  };
  const bundles = new Map<string, SceneEdge[]>();
  for (const edge of edges) {
    const [from, to] = [endOf(edge.source).group, endOf(edge.target).group];
    if (from !== to) {
      const key = from < to ? `${from}\n${to}` : `${to}\n${from}`;
      const members = bundles.get(key);
      if (members) {
        members.push(edge);
      } else {
        bundles.set(key, [edge]);
      }
    }
  }
  return {
    hulls: [...hulls.values()],
    discs: [...ends.values()],
    bundles: [...bundles.values()].map((members) => bundleOf(members, endOf)),
  };
}

/** From whom most of its edges come. */
function bundleOf(members: readonly SceneEdge[], endOf: (node: SceneNode) => Hull): Bundle {
  const [first] = members;
  if (!first) {
    throw new Error('A bundle has at least one edge.');
  }
  const [one, other] = [endOf(first.source), endOf(first.target)];
  const forth = members.filter(({ source }) => endOf(source) === one).length;
  const back = members.length - forth;
  const tone = toneOf(members);
  return forth >= back
    ? { from: one, to: other, forth, back, tone }
    : { from: other, to: one, forth: back, back: forth, tone };
}

/** What all of its edges are, or that some fail or lose; a mere part that was added or removed is not told from afar. */
function toneOf(edges: readonly SceneEdge[]): EdgeTone {
  const tones = new Set(edges.map(({ tone }) => tone));
  const [only] = tones;
  const trouble = (['failing', 'lossy'] as const).find((tone) => tones.has(tone));
  return only !== undefined && tones.size === 1 ? only : (trouble ?? 'normal');
}

function discOf({ id, x, y, radius }: SceneNode): Hull {
  return { group: id, left: x - radius, right: x + radius, top: y - radius, bottom: y + radius, count: 1 };
}

function hullsOf(nodes: readonly SceneNode[]): Map<string, Hull> {
  const members = new Map<string, SceneNode[]>();
  for (const node of nodes) {
    if (node.group !== '') {
      const list = members.get(node.group);
      if (list) {
        list.push(node);
      } else {
        members.set(node.group, [node]);
      }
    }
  }
  const cell = cellOf({ nodes });
  const margin = {
    side: Math.max(MARGIN.around, cell.width / 2 - 4),
    below: cell.height > 2 * MARGIN.around ? MARGIN.below : MARGIN.around,
  };
  return new Map([...members].map(([group, list]) => [group, hullOf(group, list, margin)]));
}

function hullOf(
  group: string,
  nodes: readonly SceneNode[],
  { side, below }: { readonly side: number; readonly below: number },
): Hull {
  const x = nodes.reduce((sum, node) => sum + node.x, 0) / nodes.length;
  const y = nodes.reduce((sum, node) => sum + node.y, 0) / nodes.length;
  const distanceOf = (node: SceneNode) => Math.hypot(node.x - x, node.y - y);
  const mean = nodes.reduce((sum, node) => sum + distanceOf(node), 0) / nodes.length;
  const hull = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const node of nodes) {
    if (distanceOf(node) <= mean * STRAY + 1) {
      hull.left = Math.min(hull.left, node.x - side);
      hull.right = Math.max(hull.right, node.x + side);
      hull.top = Math.min(hull.top, node.y - MARGIN.around);
      hull.bottom = Math.max(hull.bottom, node.y + below);
    }
  }
  // A network is no member of itself.
  return { group, ...hull, count: nodes.filter(({ kind }) => kind !== 'network').length };
}
