import { useEffect, useRef, useState } from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import type { TopologySpec } from 'toposcope-topology-datasource/query';
import type { TopologySource } from '../details/topology-source';
import type { TopologyState } from './use-topology';

/** What differs from the panel's own query; nothing in it: the panel's own answer is shown. */
export type Changes = Partial<TopologySpec>;

/**
 * The topology that the panel shows: that of its own query, or, where the user looks at another moment or filter, the
 * answer to the changed one. The last picture stays until there is the next. A moment of the past is asked for once.
 */
export function useShownTopology(
  own: TopologyState,
  source: TopologySource | undefined,
  changes: Changes,
): TopologyState {
  const asked = JSON.stringify(changes);
  const isOwn = asked === '{}';
  const isPast = changes.time?.mode === 'at';
  const [answer, setAnswer] = useState<{ readonly asked: string; readonly state: TopologyState }>();
  const latest = useRef(source);
  latest.current = source;
  // A refresh of the panel is a new source: what is live is asked for again.
  const cause = isPast ? latest.current !== undefined : source;
  useEffect(() => {
    const current = latest.current;
    if (isOwn || !current) {
      return undefined;
    }
    const abort = new AbortController();
    current
      .topology(JSON.parse(asked) as Changes, abort.signal)
      .then((topology) => setAnswer({ asked, state: { topology, failure: undefined } }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) {
          const failure = error instanceof Error ? error.message : String(error);
          setAnswer((last) => ({ asked, state: { topology: last?.state.topology, failure } }));
        }
      });
    return () => abort.abort();
  }, [asked, isOwn, cause]);

  const shown = useRef<Topology | undefined>(undefined);
  const state = isOwn
    ? own
    : answer?.asked === asked
      ? answer.state
      : { topology: undefined, failure: undefined };
  shown.current = state.topology ?? shown.current ?? own.topology;
  return { topology: isOwn ? own.topology : shown.current, failure: state.failure };
}
