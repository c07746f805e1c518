import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { evaluate } from './evaluate';
import { neighbourhood } from './neighbourhood';
import { parseSearch } from './parse';
import { searchablesOf } from './searchable';

/** A node and what is within some edges of it. */
export interface Focus {
  readonly id: string;
  readonly hops: number;
}

/** What is left of a topology by pinned searches, all of which a node must match, and by the focus on a node. */
export function narrow(topology: Topology, pinned: readonly string[], focus: Focus | undefined): Topology {
  const filters = pinned.flatMap((text) => parseSearch(text).expression ?? []);
  if (filters.length === 0 && !focus) {
    return topology;
  }
  const searchables = filters.length > 0 ? searchablesOf(topology) : [];
  const sets = filters.map((filter) => evaluate(filter, searchables, topology.at / 1000).matches);
  const matching = within(topology, (id) => sets.every((set) => set.has(id)));
  if (!focus || !matching.nodes.some(({ id }) => id === focus.id)) {
    return matching;
  }
  const near = neighbourhood(matching, focus.id, focus.hops);
  return within(matching, (id) => near.has(id));
}

function within(topology: Topology, keeps: (id: string) => boolean): Topology {
  const nodes = topology.nodes.filter(({ id }) => keeps(id));
  const edges = topology.edges.filter(({ source, target }) => keeps(source) && keeps(target));
  return { ...topology, nodes, edges };
}
