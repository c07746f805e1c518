import type { TopologyEdge, TopologyNode } from '../graph/topology';

/** What an overlay says of a node or an edge; null: nothing. */
export function overlayValue({ overlays }: TopologyNode | TopologyEdge, key: string): number | null {
  return overlays?.find((overlay) => overlay.key === key)?.value ?? null;
}
