import {
  KUBERNETES_VIEW_IDS,
  VIEW_IDS,
  type Topology,
  type ViewId,
} from 'toposcope-topology-datasource/graph/topology';
import { evaluate } from '../search/evaluate';
import type { Expression } from '../search/expression';
import { searchablesOf } from '../search/searchable';
import type { Mode } from '../state/panel-state';
import type { OtherViews } from './use-other-views';

const OF_RESOURCES: readonly ViewId[] = ['hosts', 'containers', 'processes'];

/** The views that there is a way to: those of Kubernetes where anything of it is known. */
export function viewsOf(topology: Topology | undefined): readonly ViewId[] {
  return topology?.kubernetes === true ? [...VIEW_IDS, ...KUBERNETES_VIEW_IDS] : VIEW_IDS;
}

/** The views that are needed beside the one shown: all to count what a search finds, three for the resources. */
export function wantedViews(
  topology: Topology | undefined,
  mode: Mode,
  searches: boolean,
): readonly ViewId[] {
  if (!topology) {
    return [];
  }
  return viewsOf(topology).filter(
    (view) => view !== topology.view && (searches || (mode === 'resources' && OF_RESOURCES.includes(view))),
  );
}

/** How many nodes of each view a search finds; of views that are not known yet nothing is said. */
export function matchCounts(
  others: OtherViews,
  topology: Topology | undefined,
  expression: Expression | undefined,
  matches: ReadonlySet<string> | undefined,
): ReadonlyMap<ViewId, number> {
  const counts = new Map<ViewId, number>();
  if (topology && expression && matches) {
    for (const [view, other] of others) {
      counts.set(view, evaluate(expression, searchablesOf(other), other.at / 1000).matches.size);
    }
    counts.set(topology.view, matches.size);
  }
  return counts;
}
