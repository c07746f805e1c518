import type { EdgePlacement } from '../graph/edges';
import type { NodeSet } from '../graph/node-set';
import type { Steps } from '../graph/steps';
import type { ViewId } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import type { EdgeScope, QueryId } from '../promql/queries';
import type { Matcher } from '../promql/selector';

/** One way to look at the same rows: what is a node, and where an endpoint belongs. */
export interface View {
  readonly id: ViewId;
  /** What its nodes need, besides what every view's edges need. */
  readonly queries: readonly QueryId[];
  readonly edges: EdgeScope;
  /** Edges of containers that were removed count, since what a node stands for is still there: hosts. */
  readonly countsDeparted?: boolean;
  /** Adds the view's own nodes to `nodes`; the placement adds more as edges reach them. */
  read(vectors: Vectors, options: ViewOptions, nodes: NodeSet): Steps<Placement>;
}

export interface Placement extends EdgePlacement {
  /** Adds nodes that are shown only if no edge has claimed what they stand for; called after the last edge. */
  addUnclaimed?(): Steps<void>;
}

export interface ViewOptions {
  /** Only these hosts' things, and what they talk to; empty: all. */
  readonly hosts: readonly string[];
  readonly stopped: boolean;
  readonly unconnected: boolean;
  readonly outside: boolean;
  /** The data source's own conditions, for the expressions of nodes and edges. */
  readonly scope: readonly Matcher[];
}

export function isSelected(host: string, { hosts }: ViewOptions): boolean {
  return hosts.length === 0 || hosts.includes(host);
}
