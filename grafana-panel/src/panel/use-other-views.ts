import { useEffect, useRef, useState } from 'react';
import type { Topology, ViewId } from 'toposcope-topology-datasource/graph/topology';
import type { TopologySource } from '../details/topology-source';
import type { Changes } from './use-shown-topology';

export type OtherViews = ReadonlyMap<ViewId, Topology>;

const NONE: OtherViews = new Map();
/** A search is typed letter by letter. */
const REST_MS = 400;

/**
 * The topologies of these views as well, one after the other, each as soon as it is there. What cannot be had is left
 * out: a view may need what this source does not have.
 */
export function useOtherViews(
  source: TopologySource | undefined,
  wanted: readonly ViewId[],
  changes: Changes,
  /** The moment of the panel's own topology: they are asked for again as it goes on. */
  at: number | undefined,
): OtherViews {
  const [views, setViews] = useState<OtherViews>(NONE);
  const latest = useRef(source);
  latest.current = source;
  const asked = JSON.stringify([wanted, changes]);
  const period = Math.floor((at ?? 0) / 30_000);
  const ready = source !== undefined;
  useEffect(() => {
    const [ids, spec] = JSON.parse(asked) as [ViewId[], Changes];
    if (!ready || ids.length === 0) {
      setViews(NONE);
      return undefined;
    }
    const abort = new AbortController();
    const askAll = async () => {
      for (const view of ids) {
        try {
          const topology = await latest.current?.topology({ ...spec, view }, abort.signal);
          if (topology) {
            setViews((last) => new Map(last).set(view, topology));
          }
        } catch {
          if (abort.signal.aborted) {
            return;
          }
          setViews((last) => new Map([...last].filter(([id]) => id !== view)));
        }
      }
    };
    const timer = setTimeout(() => void askAll(), REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [asked, period, ready]);
  return views;
}
