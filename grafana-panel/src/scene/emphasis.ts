import type { Emphasis } from './renderer';
import type { Scene, SceneEdge, SceneNode } from './scene';

/** What is drawn above the veil, and which nodes get a ring. */
export interface Emphasized {
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  /** The rest fades. Not for an edge that is only pointed at, or the picture would flicker as the pointer crosses it. */
  readonly fades: boolean;
  readonly rings: readonly { readonly node: SceneNode; readonly dashed: boolean }[];
}

/** What hangs together with the thing under the pointer, or else with the selected one. */
export function emphasisOf(scene: Scene, { hovered, selected, focused }: Emphasis): Emphasized {
  const subject = hovered ?? selected;
  const selectedNode = scene.nodesById.get(selected ?? '');
  const focusedNode = scene.nodesById.get(focused ?? '');
  const rings = [
    ...(selectedNode ? [{ node: selectedNode, dashed: false }] : []),
    ...(focusedNode && focusedNode !== selectedNode ? [{ node: focusedNode, dashed: true }] : []),
  ];
  const edge = scene.edgesById.get(subject ?? '');
  if (edge) {
    return { nodes: [edge.source, edge.target], edges: [edge], fades: hovered === undefined, rings };
  }
  const node = scene.nodesById.get(subject ?? '');
  if (!node) {
    return { nodes: [], edges: [], fades: false, rings };
  }
  const edges = scene.edgesOf.get(node.id) ?? [];
  const nodes = new Set([node, ...edges.flatMap(({ source, target }) => [source, target])]);
  return { nodes: [...nodes], edges, fades: true, rings };
}
