import { useRef } from 'react';
import type { Topology, TopologyEdge, TopologyNode } from 'toposcope-topology-datasource/graph/topology';

export interface Known {
  readonly topology: Topology;
  readonly node?: TopologyNode;
  readonly edge?: TopologyEdge;
  /** It is no longer in the picture: this is how it was. */
  readonly gone: boolean;
}

/** What a card is about, also after it left the picture: an open card is not lost to a refresh. */
export function useLastKnown(topology: Topology | undefined, id: string | undefined): Known | undefined {
  const known = useRef(new Map<string, Known>());
  if (topology === undefined || id === undefined) {
    return undefined;
  }
  const node = topology.nodes.find((candidate) => candidate.id === id);
  const edge = node ? undefined : topology.edges.find((candidate) => candidate.id === id);
  if (node || edge) {
    const found = { topology, node, edge, gone: false };
    known.current.set(id, found);
    return found;
  }
  const last = known.current.get(id);
  return last?.topology.view === topology.view ? { ...last, gone: true } : undefined;
}
