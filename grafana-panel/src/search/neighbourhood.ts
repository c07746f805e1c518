import type { Topology } from 'toposcope-topology-datasource/graph/topology';

/** Ids of the nodes that are at most so many edges away, whatever their direction, with the node itself. */
export function neighbourhood({ nodes, edges }: Topology, id: string, hops: number): Set<string> {
  const neighbours = new Map<string, string[]>(nodes.map((node) => [node.id, []]));
  for (const { source, target } of edges) {
    neighbours.get(source)?.push(target);
    neighbours.get(target)?.push(source);
  }
  const reached = new Set(neighbours.has(id) ? [id] : []);
  let border = [...reached];
  for (let hop = 0; hop < hops && border.length > 0; hop++) {
    border = border
      .flatMap((from) => neighbours.get(from) ?? [])
      .filter((to) => !reached.has(to) && reached.add(to));
  }
  return reached;
}
