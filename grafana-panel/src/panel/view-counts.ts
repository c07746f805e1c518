import { VIEW_IDS, type Topology, type ViewId } from 'toposcope-topology-datasource/graph/topology';
import { evaluate } from '../search/evaluate';
import type { Expression } from '../search/expression';
import { searchablesOf } from '../search/searchable';
import type { Mode } from '../state/panel-state';
import type { OtherViews } from './use-other-views';

const OF_RESOURCES: readonly ViewId[] = ['hosts', 'containers', 'processes'];

/** The views that are needed beside the one shown: all to count what a search finds, three for the resources. */
export function wantedViews(shown: ViewId | undefined, mode: Mode, searches: boolean): readonly ViewId[] {
  if (shown === undefined) {
    return [];
  }
  return VIEW_IDS.filter(
    (view) => view !== shown && (searches || (mode === 'resources' && OF_RESOURCES.includes(view))),
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
