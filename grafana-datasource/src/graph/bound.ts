import { compareText, sortedById } from './order';
import type { Steps } from './steps';
import type { Topology, TopologyEdge } from './topology';
import { bytesOf } from './traffic';

/** What pages stand still over, and nobody reads. */
export interface Bounds {
  readonly nodes: number;
  readonly edges: number;
}
export const BOUNDS: Bounds = { nodes: 50_000, edges: 200_000 };

/** The picture as it is, or its busiest part where it is too big, with a notice that says so. */
export function* bounded(topology: Topology, bounds: Bounds = BOUNDS): Steps<Topology> {
  const { nodes, edges, notices } = topology;
  if (nodes.length <= bounds.nodes && edges.length <= bounds.edges) {
    return topology;
  }
  const busiest = [...edges].sort((a, b) => weightOf(b) - weightOf(a) || compareText(a.id, b.id));
  yield;
  const kept = new Set<string>();
  for (const { source, target } of busiest) {
    if (kept.size + new Set([source, target].filter((id) => !kept.has(id))).size > bounds.nodes) {
      break;
    }
    kept.add(source).add(target);
  }
  for (const { id } of nodes) {
    if (kept.size >= bounds.nodes) {
      break;
    }
    kept.add(id);
  }
  yield;
  const shown = busiest.filter(({ source, target }) => kept.has(source) && kept.has(target));
  return {
    ...topology,
    nodes: nodes.filter(({ id }) => kept.has(id)),
    edges: yield* sortedById(shown.slice(0, bounds.edges)),
    notices: [
      {
        severity: 'warning',
        message: `This picture has ${nodes.length} nodes and ${edges.length} connections: only the busiest are shown, ${kept.size} and ${Math.min(shown.length, bounds.edges)}.`,
        action: 'Choose hosts or namespaces, or a view of less detail, such as Hosts or Workloads.',
      },
      ...notices,
    ],
  };
}

function weightOf({ traffic, value }: TopologyEdge): number {
  return value?.value ?? bytesOf(traffic);
}
