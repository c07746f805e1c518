import type { EdgePlacement } from '../graph/edges';
import type { NodeSet } from '../graph/node-set';
import type { Steps } from '../graph/steps';
import type { AddressBook } from '../graph/address-book';
import type { Container } from '../graph/containers';
import type { ExternalService } from '../graph/external-services';
import type { Notice, TopologyEdge, ViewId } from '../graph/topology';
import type { Vector } from '../graph/vector';
import type { Vectors } from '../graph/vectors';
import type { EdgeScope, QueryId } from '../promql/queries';
import type { Matcher } from '../promql/selector';
import type { CustomSpec, GroupSpec, OverlaySpec, ViewFilter } from '../query';
import type { Selection } from './selection';

/** One way to look at the same rows: what is a node, and where an endpoint belongs. */
export interface View {
  readonly id: ViewId;
  /** What its nodes need, besides what every view's edges need. */
  readonly queries: readonly QueryId[];
  readonly edges: EdgeScope;
  /** Edges of containers that were removed count, since what a node stands for is still there: hosts. */
  readonly countsDeparted?: boolean;
  /** Its nodes are Kubernetes' objects: it says what is missing of kube-state-metrics. */
  readonly showsKubernetes?: true;
  /** False: its edges are not connections, and those are not asked for. */
  readonly showsConnections?: false;
  /** Adds the view's own nodes to `nodes`; the placement adds more as edges reach them. */
  read(input: ViewInput, nodes: NodeSet): Steps<Placement>;
}

export interface ViewInput {
  readonly vectors: Vectors;
  readonly options: ViewOptions;
  /** All containers, shown or not, by `host/container_id`. */
  readonly containers: ReadonlyMap<string, Container>;
  readonly selection: Selection;
  readonly book: AddressBook;
  /** Answers to the user's own PromQL, by the keys of `ownQueries`. */
  readonly own: ReadonlyMap<string, Vector>;
}

export interface Placement extends EdgePlacement {
  /** Edges that are no connections; their ends are in the node set. */
  readonly edges?: readonly TopologyEdge[];
  /** What the user should know about them. */
  readonly notices?: readonly Notice[];
  /** Adds nodes that are shown only if no edge has claimed what they stand for; called after the last edge. */
  addUnclaimed?(): Steps<void>;
}

export interface ViewOptions extends ViewFilter {
  /** Only these hosts' things, and what they talk to; empty: all. */
  readonly hosts: readonly string[];
  readonly stopped: boolean;
  readonly unconnected: boolean;
  readonly outside: boolean;
  /** Names and images of the user's own that count as the platform's; `*` stands for anything. */
  readonly systemContainers?: readonly string[];
  /** Public services that are one node each, whatever their many DNS names. */
  readonly externalServices?: readonly ExternalService[];
  readonly overlays?: readonly OverlaySpec[];
  /** Whether firing alerts are asked for. Default true. */
  readonly alerts?: boolean;
  readonly groupBy?: GroupSpec;
  readonly custom?: CustomSpec;
  /** The label that tells Kubernetes clusters apart; absent: `cluster`. */
  readonly clusterLabel?: string;
  /** The data source's own conditions, for the expressions of nodes and edges. */
  readonly scope: readonly Matcher[];
}
