import type { OverlayShow, ViewId } from './graph/topology';

/**
 * What a panel, Explore or the topology panel itself asks of the data source. `DataQuery`'s own fields (refId, hide,
 * datasource …) come on top. The panel imports this file and nothing else of the data source but `graph/topology`,
 * `frames/topology-frames` and `explore-link`.
 */
export type TopologyQuerySpec = TopologySpec | RangeSpec;

/** The topology of one view: nodes frame, edges frame. Texts may hold dashboard variables. */
export interface TopologySpec extends ViewFilter {
  readonly queryType: 'topology';
  /** A view's id, or a dashboard variable such as `$view` that holds one. */
  readonly view: ViewId | (string & {});
  /**
   * `table`: tables to be read, such as for Grafana's table panel, and no graph. Absent: the frames of a graph, and in
   * Explore the tables, too.
   */
  readonly format?: 'graph' | 'table';
  /** A moment or a period; absent: the end of the time range. */
  readonly time?: TimeSpec;
  /**
   * Compare with another moment: Unix milliseconds, or how long before the moment shown, such as `1h`. Absent or empty: no
   * comparison.
   */
  readonly compareWith?: string;
  readonly overlays?: readonly OverlaySpec[];
  /** Whether firing alerts are asked for. Default true. */
  readonly alerts?: boolean;
  /** For the view `groups`: the label whose values are the nodes. */
  readonly groupBy?: GroupSpec;
  /** For the view `custom`: nodes and edges of the user's own. */
  readonly custom?: CustomSpec;
}

/** What a picture leaves out. */
export interface ViewFilter {
  /** Show only these hosts; empty: all. */
  readonly hosts?: readonly string[];
  /** Only containers of these namespaces, projects or stacks, and whom they talk to; empty: all. */
  readonly namespaces?: readonly string[];
  /** The user's own containers, those that run the platform, or both. Default `all`. */
  readonly containers?: 'application' | 'system' | 'all';
  /** Containers that run. Default true. */
  readonly running?: boolean;
  /** Containers that do not run. Default false. */
  readonly stopped?: boolean;
  /** Nodes without any edge. Default true. */
  readonly unconnected?: boolean;
  /** Nodes that stand for the outside (Internet, unmanaged, external). Default true; false hides all three. */
  readonly outside?: boolean;
  /** Each kind of the outside by itself. Default true. */
  readonly internet?: boolean;
  readonly external?: boolean;
  readonly unmanaged?: boolean;
  /** What runs on hosts outside containers, in views of containers. Default true. */
  readonly uncontained?: boolean;
  /** Edges from a node to itself. Default true. */
  readonly loopback?: boolean;
}

export interface TimeSpec {
  /** `end`: the end of the time range. `at`: the moment `at`. `range`: everything seen within the time range. */
  readonly mode: 'end' | 'at' | 'range';
  /** Unix milliseconds, or how long before the end of the time range, such as `15m`. */
  readonly at?: string;
}

/** PromQL whose series are joined with nodes (or edges) on labels of the same meaning. */
export interface OverlaySpec {
  readonly name: string;
  readonly expr: string;
  readonly show: OverlayShow;
  /** A unit id of Grafana; absent: `short`. */
  readonly unit?: string;
  /** What a full node, or the widest edge, stands for; absent: the greatest value. */
  readonly max?: number;
  /** The only labels to join on; absent or empty: all labels that are understood. */
  readonly on?: readonly string[];
  /** When several series belong to one node. Absent: `max` for shares, `sum` for anything else. */
  readonly combine?: 'sum' | 'max' | 'min' | 'mean';
}

export interface GroupSpec {
  /** A label that is known of containers or hosts, such as `label_team`, `namespace`, `image` or `os`. */
  readonly label: string;
  /** PromQL of series that carry the label beside host and container_id, or host alone; absent: the exporter's own. */
  readonly expr?: string;
}

export interface CustomSpec {
  /** Series whose labels name two ends. */
  readonly edges: readonly CustomEdges[];
  /** Series whose label names a node; nodes that only edges name need none. */
  readonly nodes?: readonly CustomNodes[];
}

export interface CustomEdges {
  readonly expr: string;
  /** The labels of the two ends. Absent: `client` and `server`. */
  readonly source?: string;
  readonly target?: string;
  readonly name?: string;
  readonly unit?: string;
}

export interface CustomNodes {
  readonly expr: string;
  /** The label that names the node. Absent: `service`. */
  readonly label?: string;
  readonly name?: string;
  readonly unit?: string;
  /** What a full node stands for. */
  readonly max?: number;
}

/** Series over the dashboard's time range: one frame an expression, for sparklines and edge charts. */
export interface RangeSpec {
  readonly queryType: 'range';
  /** PromQL that a `Metric.expr` or `TopologyEdge.expr` carried; the frame of each has `name` = key. */
  readonly series: readonly { readonly key: string; readonly expr: string }[];
}
