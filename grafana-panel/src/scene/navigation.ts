import type { Scene, SceneNode } from './scene';

export const ARROW_KEYS = ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp'] as const;
export type ArrowKey = (typeof ARROW_KEYS)[number];

const UNIT: Readonly<Record<ArrowKey, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** What a step aside costs against a step ahead. */
const SIDEWAYS_COST = 2.5;

/**
 * The nearest node in the direction of the key; from nowhere the top left one.
 *
 * @param among Ids of the nodes that count: the others are skipped; undefined: all.
 */
export function nodeInDirection(
  scene: Scene,
  from: SceneNode | undefined,
  key: ArrowKey,
  among?: ReadonlySet<string>,
): SceneNode | undefined {
  const nodes = among ? scene.nodes.filter(({ id }) => among.has(id)) : scene.nodes;
  if (!from) {
    return nodesInReadingOrder({ nodes })[0];
  }
  const [ux, uy] = UNIT[key];
  let best: SceneNode | undefined;
  let least = Infinity;
  for (const node of nodes) {
    const dx = node.x - from.x;
    const dy = node.y - from.y;
    const ahead = dx * ux + dy * uy;
    const aside = Math.abs(dx * uy) + Math.abs(dy * ux);
    const cost = ahead + aside * SIDEWAYS_COST;
    if (ahead > 1 && aside <= ahead * 4 && cost < least) {
      best = node;
      least = cost;
    }
  }
  // From a node that does not count there is always a way to one that does.
  return best ?? (nodes.includes(from) ? undefined : nodesInReadingOrder({ nodes })[0]);
}

/** Column by column along the flow of requests: the order in which the list beside the picture reads. */
export function nodesInReadingOrder({ nodes }: Pick<Scene, 'nodes'>): SceneNode[] {
  return [...nodes].sort((a, b) => a.x - b.x || a.y - b.y || (a.id < b.id ? -1 : 1));
}
