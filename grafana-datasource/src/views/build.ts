import { AddressBook } from '../graph/address-book';
import { EDGE_QUERY_IDS, joinConnections } from '../graph/connections';
import { readContainers } from '../graph/containers';
import { addUpEdges } from '../graph/edges';
import { serviceTest } from '../graph/external-services';
import { kubeNotices } from '../graph/kubernetes/kube-notices';
import { NodeSet } from '../graph/node-set';
import { noContainers, readNotices } from '../graph/notices';
import { sortedById } from '../graph/order';
import { ROWS_A_STEP, type Steps } from '../graph/steps';
import type { NodeKind, Notice, Topology, TopologyEdge, TopologyNode } from '../graph/topology';
import type { Vector } from '../graph/vector';
import type { Vectors } from '../graph/vectors';
import type { QueryId } from '../promql/queries';
import { overlay, type Overlaid } from './overlays';
import { scalesOf } from './scales';
import { readSelection, selectionQueries } from './selection';
import { Subjects } from './subjects';
import type { View, ViewOptions } from './view';

/** What every view needs: who owns which address, and how the exporters are. */
const COMMON_QUERIES: readonly QueryId[] = [
  'hostAddresses',
  'containerInfo',
  'containerState',
  'containerAddresses',
  'containerPorts',
  'listeners',
  'exporters',
  'collectors',
  'lostExporters',
  'dropped',
  'kubernetesHosts',
  'kubeServices',
];

/** The queries of one refresh of the view, each once. */
export function queriesOf(view: View, options?: ViewOptions): readonly QueryId[] {
  const forSelection = options === undefined ? [] : selectionQueries(options);
  const forEdges = view.showsConnections === false ? [] : EDGE_QUERY_IDS;
  return [...new Set([...COMMON_QUERIES, ...forEdges, ...view.queries, ...forSelection])];
}

export interface BuildContext {
  /** The moment that the picture shows, in milliseconds since the epoch. */
  readonly at: number;
  /** What is known besides the answers, such as a query that failed. */
  readonly notices: readonly Notice[];
  /** Answers to the user's own PromQL, by the keys of `ownQueries`; absent: none. */
  readonly own?: ReadonlyMap<string, Vector>;
}

/**
 * Prometheus' answers in, the picture out: ids unique, no edge without both its nodes, sorted by id, whatever the order
 * of the rows.
 */
export function* buildTopology(
  view: View,
  vectors: Vectors,
  options: ViewOptions,
  { at, notices, own: ownAnswers = new Map() }: BuildContext,
): Steps<Topology> {
  const book = yield* AddressBook.read(vectors, options.clusterLabel);
  const rows = yield* joinConnections(vectors);
  const containers = yield* readContainers(vectors);
  const selection = yield* readSelection(vectors, containers, options);
  const nodes = new NodeSet(hiddenKinds(options));
  const placement = yield* view.read(
    { vectors, options, containers, selection, book, own: ownAnswers },
    nodes,
  );
  const own = new Set(nodes.ids());
  yield;
  const serviceOf = serviceTest(options.externalServices ?? []);
  const connections = yield* addUpEdges(
    {
      connections: rows,
      book,
      labels: new Set(view.edges.labels),
      scope: [...options.scope, ...view.edges.matchers],
    },
    {
      place: (endpoint, dialled) =>
        view.countsDeparted === true || selection.showsEndpoint(endpoint)
          ? placement.place(serviceOf(endpoint), dialled)
          : undefined,
      keepsLoop: (ends) => options.loopback !== false && placement.keepsLoop(ends),
      keeps: (ends) => selection.keeps(ends),
    },
  );
  // Connections come sorted.
  const edges =
    placement.edges === undefined ? connections : yield* sortedById([...connections, ...placement.edges]);
  const ends = yield* endsOf(edges);
  // What came only for an edge's sake goes when the edge's other end is not shown.
  nodes.keep((id) => ends.has(id) || (options.unconnected && own.has(id)));
  yield;
  if (options.unconnected && placement.addUnclaimed !== undefined) {
    yield* placement.addUnclaimed();
  }
  const overlaid = yield* overlay(options.overlays ?? [], ownAnswers, function* () {
    nodes.close();
    return {
      nodes: nodes.byId(),
      edges: new Set(edges.map(({ id }) => id)),
      placement,
      subjects: yield* Subjects.read(vectors, containers, book),
    };
  });
  const shown = yield* sortedById([...nodes.byId().values()].map((node) => withOverlays(node, overlaid)));
  const { otherAlerts, styles } = overlaid;
  const scales = yield* scalesOf(shown);
  return {
    view: view.id,
    at,
    nodes: shown,
    edges: overlaid.ofEdges.size === 0 ? edges : edges.map((edge) => withWidths(edge, overlaid)),
    notices: [
      ...notices,
      ...(placement.notices ?? []),
      ...overlaid.notices,
      ...(yield* readNotices(vectors, shown.length)),
      ...(yield* noContainers(view.id, vectors)),
      ...(view.showsKubernetes === true
        ? yield* kubeNotices(vectors, book.kubernetes.clusters, options.clusterLabel)
        : []),
    ],
    ...(isKubernetes(vectors) ? { kubernetes: true } : {}),
    ...(scales.length === 0 ? {} : { scales }),
    ...(styles.length === 0 ? {} : { overlays: styles }),
    ...(otherAlerts.length === 0 ? {} : { otherAlerts }),
  };
}

/** Whether pods run on the hosts, or kube-state-metrics is scraped: every cluster has a Service. */
function isKubernetes({ kubernetesHosts, kubeServices }: Vectors): boolean {
  return (kubernetesHosts?.size ?? 0) > 0 || (kubeServices?.size ?? 0) > 0;
}

function withOverlays(node: TopologyNode, { ofNodes, alerts }: Overlaid): TopologyNode {
  const [overlays, firing] = [ofNodes.get(node.id), alerts.get(node.id)];
  return overlays === undefined && firing === undefined
    ? node
    : {
        ...node,
        ...(overlays === undefined ? {} : { overlays }),
        ...(firing === undefined ? {} : { alerts: firing }),
      };
}

function withWidths(edge: TopologyEdge, { ofEdges }: Overlaid): TopologyEdge {
  const overlays = ofEdges.get(edge.id);
  return overlays === undefined ? edge : { ...edge, overlays };
}

function* endsOf(edges: readonly TopologyEdge[]): Steps<ReadonlySet<string>> {
  const ends = new Set<string>();
  let count = 0;
  for (const { source, target } of edges) {
    ends.add(source).add(target);
    if (++count % ROWS_A_STEP === 0) {
      yield;
    }
  }
  return ends;
}

/** The kinds that stand for something else and that the query leaves out. */
function hiddenKinds(options: ViewOptions): ReadonlySet<NodeKind> {
  const { outside, internet = true, external = true, unmanaged = true, uncontained = true } = options;
  const shown = [
    ['internet', outside && internet],
    ['external', outside && external],
    ['unmanaged', outside && unmanaged],
    ['uncontained', uncontained],
  ] as const;
  return new Set(shown.flatMap(([kind, isShown]) => (isShown ? [] : [kind])));
}
