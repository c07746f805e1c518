import type { ViewId } from './graph/topology';

/**
 * What a panel, Explore or the topology panel itself asks of the data source. `DataQuery`'s own fields (refId, hide,
 * datasource …) come on top. The panel imports this file and nothing else of the data source but `graph/topology`
 * and `frames/topology-frames`.
 */
export type TopologyQuerySpec = TopologySpec | RangeSpec;

/** The topology of one view: nodes frame, edges frame. */
export interface TopologySpec {
  readonly queryType: 'topology';
  /** A view's id, or a dashboard variable such as `$view` that holds one. */
  readonly view: ViewId | (string & {});
  /** Show only these hosts; empty: all. Dashboard variables are allowed. */
  readonly hosts?: readonly string[];
  /** Containers that do not run. Default false. */
  readonly stopped?: boolean;
  /** Nodes without any edge. Default true. */
  readonly unconnected?: boolean;
  /** Nodes that stand for the outside (Internet, unmanaged, external). Default true. */
  readonly outside?: boolean;
}

/** Series over the dashboard's time range: one frame an expression, for sparklines and edge charts. */
export interface RangeSpec {
  readonly queryType: 'range';
  /** PromQL that a `Metric.expr` or `TopologyEdge.expr` carried; the frame of each has `name` = key. */
  readonly series: readonly { readonly key: string; readonly expr: string }[];
}
