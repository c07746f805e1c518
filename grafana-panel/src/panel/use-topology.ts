import { LoadingState, type PanelData } from '@grafana/data';
import { useMemo, useRef } from 'react';
import { topologyFromFrames } from 'toposcope-topology-datasource/frames/topology-frames';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';

export interface TopologyState {
  readonly topology: Topology | undefined;
  /** Why the last refresh brought no topology, although one was asked for. */
  readonly failure: string | undefined;
}

/** The topology of the panel's data; while a query fails the last one, so that the picture stays. */
export function useTopology(data: PanelData): TopologyState {
  const last = useRef<Topology | undefined>(undefined);
  const { topology, unreadable } = useMemo(() => read(data.series), [data.series]);
  const failure = unreadable ?? failureOf(data);
  const waits = data.state === LoadingState.Loading || data.state === LoadingState.NotStarted;
  const shown = topology ?? (failure !== undefined || waits ? last.current : undefined);
  last.current = shown;
  return { topology: shown, failure };
}

function read(series: PanelData['series']): { topology?: Topology; unreadable?: string } {
  try {
    return { topology: topologyFromFrames(series) };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

function failureOf(data: PanelData): string | undefined {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Grafana fills in only this one when a query throws
  const first = data.errors?.[0] ?? data.error;
  if (data.state !== LoadingState.Error && first === undefined) {
    return undefined;
  }
  return (
    first?.message ?? first?.data?.message ?? 'the data source answered with an error that says nothing.'
  );
}
