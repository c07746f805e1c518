import { useEffect, useState } from 'react';
import type { RangeSpec } from 'toposcope-topology-datasource/query';
import type { Sample, TopologySource } from './topology-source';

export interface SeriesState {
  readonly series: ReadonlyMap<string, readonly Sample[]>;
  readonly loading: boolean;
  readonly failure: string | undefined;
}

const NOTHING: ReadonlyMap<string, readonly Sample[]> = new Map();

/** Series for a card: asked for when it opens and at each refresh, the last answer shown meanwhile. */
export function useSeries(source: TopologySource | undefined, wanted: RangeSpec['series']): SeriesState {
  const [state, setState] = useState<SeriesState>({ series: NOTHING, loading: true, failure: undefined });
  const asked = JSON.stringify(wanted);
  useEffect(() => {
    const series = JSON.parse(asked) as RangeSpec['series'];
    if (!source || series.length === 0) {
      setState({ series: NOTHING, loading: false, failure: undefined });
      return undefined;
    }
    const abort = new AbortController();
    source
      .series(series, abort.signal)
      .then((answer) => setState({ series: answer, loading: false, failure: undefined }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) {
          const failure = error instanceof Error ? error.message : String(error);
          setState((last) => ({ ...last, loading: false, failure }));
        }
      });
    return () => abort.abort();
  }, [source, asked]);
  return state;
}
