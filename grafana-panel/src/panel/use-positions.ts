import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { source as layoutWorker } from 'worker:../layout/layout.worker.ts';
import { createLayoutEngine, type LayoutEngine } from '../layout/engine';
import type { Direction, LayoutGraph, Point, Positions } from '../layout/graph';
import { placeNewcomers } from '../layout/newcomers';
import { clustersOf } from '../scene/clusters';
import { PositionBook, type BookStorage } from '../layout/position-book';

export interface Placing {
  /** Where the nodes of this topology stand; undefined until the first layout gave a picture. */
  readonly positions: Positions | undefined;
  /** A layout goes on; the positions are of no lasting worth. */
  readonly forming: boolean;
  /** Rises with every layout of the whole picture: when the camera may move. */
  readonly layouts: number;
  readonly failure: string | undefined;
  /** The user puts a node somewhere; while it is dragged `done` is false. */
  readonly move: (id: string, to: Point, done: boolean) => void;
  /** Forgets all places, the user's own too, and lays out again. */
  readonly layOutAgain: () => void;
}

interface Placed {
  readonly key: string;
  readonly positions: Positions;
  readonly forming: boolean;
  readonly layouts: number;
}

/** Gives every node a place and keeps it: see `PositionBook`. */
export function usePositions(
  topology: Topology | undefined,
  key: string,
  direction: Direction,
  aspect: number,
): Placing {
  const engine = useLayoutEngine();
  const book = useMemo(() => new PositionBook(browserStorage(), key, () => Date.now()), [key]);
  const [placed, setPlaced] = useState<Placed>();
  const [failure, setFailure] = useState<string>();
  const [again, setAgain] = useState(0);
  const [finished, setFinished] = useState(0);
  const aspectNow = useRef(aspect);
  aspectNow.current = aspect;

  // Another view, another direction or the button ends a layout that goes on; a refresh does not.
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(
    () => () => {
      running.current?.abort();
      running.current = undefined;
    },
    [book, direction, again],
  );

  useEffect(() => {
    if (!topology) {
      return;
    }
    const graph = graphOf(topology);
    const plan = book.plan(graph);
    const show = (positions: Positions, isLayout: boolean, isForming: boolean) => {
      const kept = new Map([...positions, ...onlyOf(graph, book.pinned())]);
      setPlaced((last) => {
        const layouts = (last?.key === key ? last.layouts : 0) + (isLayout ? 1 : 0);
        return { key, positions: kept, forming: isForming, layouts };
      });
    };
    if (plan.kind !== 'layout') {
      const positions = plan.kind === 'ready' ? plan.positions : placeNewcomers(graph, plan.known, direction);
      book.record(graph, positions);
      setFailure(undefined);
      show(positions, false, false);
    } else if (!running.current) {
      const abort = new AbortController();
      running.current = abort;
      const options = { direction, aspect: aspectNow.current, earlier: plan.earlier };
      engine()
        .layout(graph, options, (positions) => show(positions, true, true), abort.signal)
        .then((positions) => {
          running.current = undefined;
          book.record(graph, positions);
          show(positions, true, false);
          // Who came meanwhile gets a place now.
          setFinished((count) => count + 1);
        })
        .catch((error: unknown) => {
          if (!abort.signal.aborted) {
            running.current = undefined;
            setFailure(error instanceof Error ? error.message : String(error));
          }
        });
    }
  }, [topology, book, key, direction, again, finished, engine]);

  const move = useCallback(
    (id: string, to: Point, done: boolean) => {
      setPlaced((last) => last && { ...last, positions: new Map(last.positions).set(id, to) });
      if (done) {
        book.pin(id, to);
      }
    },
    [book],
  );
  const layOutAgain = useCallback(() => {
    book.clear();
    setAgain((count) => count + 1);
  }, [book]);

  const current = placed?.key === key ? placed : undefined;
  return {
    positions: current?.positions,
    forming: current?.forming ?? false,
    layouts: current?.layouts ?? 0,
    failure,
    move,
    layOutAgain,
  };
}

/** One worker a panel, started when the first layout is needed. */
function useLayoutEngine(): () => LayoutEngine {
  const engine = useRef<LayoutEngine | undefined>(undefined);
  useEffect(
    () => () => {
      engine.current?.dispose();
      engine.current = undefined;
    },
    [],
  );
  return useCallback(() => (engine.current ??= createLayoutEngine(layoutWorker)), []);
}

function graphOf(topology: Topology): LayoutGraph {
  const clusters = clustersOf(topology);
  return {
    nodes: topology.nodes.map(({ id, group, label, kind }) => ({
      id,
      group: clusters?.get(id) ?? group,
      // A network comes before its members.
      name: kind === 'network' ? '' : label,
    })),
    edges: topology.edges.map(({ source, target }) => ({ source, target })),
    clustered: clusters !== undefined,
  };
}

function onlyOf(graph: LayoutGraph, positions: Positions): [string, Point][] {
  const ids = new Set(graph.nodes.map(({ id }) => id));
  return [...positions].filter(([id]) => ids.has(id));
}

/** Reading the property alone throws where the browser forbids storage. */
function browserStorage(): BookStorage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
