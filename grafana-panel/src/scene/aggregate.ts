import type { Scene, SceneEdge } from './scene';

/** A disc round the nodes of a group. */
export interface Hull {
  readonly group: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly count: number;
}

/** All edges between two groups as one. */
export interface Bundle {
  readonly from: Hull;
  readonly to: Hull;
  readonly count: number;
}

export interface Aggregate {
  readonly hulls: readonly Hull[];
  readonly bundles: readonly Bundle[];
  /** Edges that have an end outside all groups. */
  readonly loose: readonly SceneEdge[];
}

/** The picture from afar: groups and what flows between them. */
export function aggregate(scene: Scene): Aggregate {
  const hulls = hullsOf(scene);
  const bundles = new Map<string, { from: Hull; to: Hull; count: number }>();
  const loose: SceneEdge[] = [];
  for (const edge of scene.edges) {
    const from = hulls.get(edge.source.group);
    const to = hulls.get(edge.target.group);
    if (!from || !to) {
      loose.push(edge);
    } else if (from !== to) {
      const key = from.group < to.group ? `${from.group}\n${to.group}` : `${to.group}\n${from.group}`;
      const bundle = bundles.get(key) ?? { from, to, count: 0 };
      bundle.count++;
      bundles.set(key, bundle);
    }
  }
  return { hulls: [...hulls.values()], bundles: [...bundles.values()], loose };
}

/** Discs of twice the mean distance from the middle: a stray node does not blow its group up. */
function hullsOf({ nodes }: Scene): Map<string, Hull> {
  const members = new Map<string, { x: number; y: number }[]>();
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
  const hulls = new Map<string, Hull>();
  for (const [group, list] of members) {
    const x = list.reduce((sum, node) => sum + node.x, 0) / list.length;
    const y = list.reduce((sum, node) => sum + node.y, 0) / list.length;
    const spread = list.reduce((sum, node) => sum + Math.hypot(node.x - x, node.y - y), 0) / list.length;
    hulls.set(group, { group, x, y, radius: spread * 1.5 + 40, count: list.length });
  }
  return hulls;
}
