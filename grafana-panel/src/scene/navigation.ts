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

/** The nearest node in the direction of the key; from nowhere the top left one. */
export function nodeInDirection(
  scene: Scene,
  from: SceneNode | undefined,
  key: ArrowKey,
): SceneNode | undefined {
  if (!from) {
    return nodesInReadingOrder(scene)[0];
  }
  const [ux, uy] = UNIT[key];
  let best: SceneNode | undefined;
  let least = Infinity;
  for (const node of scene.nodes) {
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
  return best;
}

/** Column by column along the flow of requests: the order in which the list beside the picture reads. */
export function nodesInReadingOrder({ nodes }: Scene): SceneNode[] {
  return [...nodes].sort((a, b) => a.x - b.x || a.y - b.y || (a.id < b.id ? -1 : 1));
}
