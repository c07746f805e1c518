import { AddressBook } from '../graph/address-book';
import { EDGE_QUERY_IDS, joinConnections } from '../graph/connections';
import { departedContainers } from '../graph/containers';
import { addUpEdges } from '../graph/edges';
import type { Endpoint } from '../graph/endpoint';
import { NodeSet } from '../graph/node-set';
import { readNotices } from '../graph/notices';
import { sortedById } from '../graph/order';
import type { Steps } from '../graph/steps';
import type { Notice, Topology, TopologyEdge } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import type { QueryId } from '../promql/queries';
import type { View, ViewOptions } from './view';

/** What every view needs: who owns which address, the edges, and how the exporters are. */
const COMMON_QUERIES: readonly QueryId[] = [
  'hostAddresses',
  'containerInfo',
  'containerState',
  'containerAddresses',
  'containerPorts',
  'listeners',
  ...EDGE_QUERY_IDS,
  'exporters',
  'collectors',
  'lostExporters',
  'dropped',
];

/** The queries of one refresh of the view, each once. */
export function queriesOf(view: View): readonly QueryId[] {
  return [...new Set([...COMMON_QUERIES, ...view.queries])];
}

/**
 * Prometheus' answers in, the picture out: ids unique, no edge without both its nodes, sorted by id, whatever the order
 * of the rows. `at` is the moment that it shows; `notices` are what is known besides the answers, such as a query
 * that failed.
 */
export function* buildTopology(
  view: View,
  vectors: Vectors,
  options: ViewOptions,
  { at, notices }: { at: number; notices: readonly Notice[] },
): Steps<Topology> {
  const book = yield* AddressBook.read(vectors);
  const connections = yield* joinConnections(vectors);
  const nodes = new NodeSet({ showsOutside: options.outside });
  const placement = yield* view.read(vectors, options, nodes);
  const own = new Set(nodes.ids());
  const departed = yield* departedContainers(vectors);
  const isShown = (endpoint: Endpoint): boolean =>
    options.stopped ||
    view.countsDeparted === true ||
    endpoint.kind !== 'container' ||
    !departed(endpoint.host, endpoint.container);
  const edges = yield* addUpEdges(
    {
      connections,
      book,
      labels: new Set(view.edges.labels),
      scope: [...options.scope, ...view.edges.matchers],
    },
    {
      place: (endpoint) => (isShown(endpoint) ? placement.place(endpoint) : undefined),
      keepsLoop: (ends) => placement.keepsLoop(ends),
    },
  );
  const connected = endsOf(edges);
  // What came only for an edge's sake goes when the edge's other end is not shown.
  nodes.keep((id) => connected.has(id) || (options.unconnected && own.has(id)));
  if (options.unconnected && placement.addUnclaimed !== undefined) {
    yield* placement.addUnclaimed();
  }
  const shown = nodes.values();
  return {
    view: view.id,
    at,
    nodes: yield* sortedById(shown),
    edges: yield* sortedById(edges),
    notices: [...notices, ...(yield* readNotices(vectors, shown.length))],
  };
}

function endsOf(edges: readonly TopologyEdge[]): ReadonlySet<string> {
  const ends = new Set<string>();
  for (const { source, target } of edges) {
    ends.add(source).add(target);
  }
  return ends;
}
