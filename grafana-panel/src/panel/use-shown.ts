import { LoadingState, type PanelData } from '@grafana/data';
import { useMemo, useRef, useState } from 'react';
import type { Topology, ViewId } from 'toposcope-topology-datasource/graph/topology';
import { formatValue } from '../details/format';
import { sourceOfPanel, type TopologySource } from '../details/topology-source';
import type { PanelOptions } from '../options';
import type { Size } from '../scene/camera';
import { clustersOf } from '../scene/clusters';
import { NO_DECORATIONS, type Decorations } from '../scene/decoration';
import { filledBy, fillScaleOf, type FillScale } from '../scene/fill-scale';
import { buildScene, type Scene } from '../scene/scene';
import { narrow } from '../search/narrow';
import type { PanelState } from '../state/panel-state';
import { withStrain } from '../trouble/strain';
import { decorationsOf } from './decorations';
import { filterOf } from './filters';
import { useOtherViews, type OtherViews } from './use-other-views';
import { usePositions, type Placing } from './use-positions';
import { useSearch, type Search } from './use-search';
import { useShownTopology, type Changes } from './use-shown-topology';
import { useTopology } from './use-topology';
import { useWaiting } from './use-waiting';
import { matchCounts, wantedViews } from './view-counts';

/** All that the panel shows, made of its data and of what the user chose. */
export interface Shown {
  readonly source: TopologySource | undefined;
  /** What the answer holds, before pinned searches and the focus narrow it. */
  readonly whole: Topology | undefined;
  readonly topology: Topology | undefined;
  readonly failure: string | undefined;
  /** Seconds that the answer has been waited for. */
  readonly waited: number;
  readonly search: Search;
  readonly placing: Placing;
  readonly scene: Scene | undefined;
  /** Of the view and layout that the scene is of: another one needs another camera. */
  readonly cameraKey: string;
  /** What fills the nodes; undefined: nothing. */
  readonly fill: FillScale | undefined;
  /** The same, or what is looked at in the menu. */
  readonly shownFill: FillScale | undefined;
  readonly preview: (fill: string | undefined) => void;
  readonly decorations: Decorations;
  readonly others: OtherViews;
  readonly counts: ReadonlyMap<ViewId, number>;
}

export function useShown(
  data: PanelData,
  panel: number,
  size: Size,
  options: PanelOptions,
  state: PanelState,
): Shown {
  const source = useMemo(() => (data.request ? sourceOfPanel(data.request) : undefined), [data.request]);
  const own = useTopology(data);
  const changes = useMemo(
    () => changesOf(state.filters, state.moment, state.compareWith),
    [state.filters, state.moment, state.compareWith],
  );
  const waited = useWaiting(data.state === LoadingState.Loading);
  const { topology: answer, failure } = useShownTopology(own, source, changes);
  const { marksStrain } = options;
  const whole = useMemo(() => (answer && marksStrain ? withStrain(answer) : answer), [answer, marksStrain]);
  const topology = useMemo(
    () => whole && narrow(whole, state.pinned, state.focus),
    [whole, state.pinned, state.focus],
  );
  const search = useSearch(topology, state.search);
  const placing = usePositions(
    topology,
    bookKey(data.request?.dashboardUID ?? '', panel, topology, options),
    options.direction,
    size.width / Math.max(1, size.height),
  );
  const { scene, cameraKey } = useScene(topology, placing, options);
  const [previewed, preview] = useState<string>();
  const fillOf = (key: string) => topology && fillScaleOf(topology, key, state.fillWhole);
  const fill = useMemo(
    () => topology && fillOf(filledBy(topology, state.fill)),
    [topology, state.fill, state.fillWhole],
  );
  const shownFill = useMemo(() => (previewed === undefined ? fill : fillOf(previewed)), [previewed, fill]);
  const decorations = useMemo(
    () => (topology ? decorationsOf(topology, shownFill, formatValue) : NO_DECORATIONS),
    [topology, shownFill],
  );
  const answers = useOtherViews(
    source,
    wantedViews(topology, state.mode, search.expression !== undefined),
    changes,
    topology?.at,
  );
  const others = useMemo(
    () => (marksStrain ? new Map([...answers].map(([view, other]) => [view, withStrain(other)])) : answers),
    [answers, marksStrain],
  );
  const counts = useMemo(
    () => matchCounts(others, topology, search.expression, search.matches),
    [others, topology, search.expression, search.matches],
  );
  return {
    ...{ source, whole, topology, failure, waited, search, placing, scene, cameraKey },
    ...{ fill, shownFill, preview, decorations, others, counts },
  };
}

/** What the user's own choices change of the panel's query. */
function changesOf(
  filters: readonly string[],
  moment: number | 'range' | undefined,
  compareWith: string,
): Changes {
  return {
    ...filterOf(filters),
    ...(moment === undefined
      ? {}
      : {
          time: moment === 'range' ? { mode: 'range' as const } : { mode: 'at' as const, at: String(moment) },
        }),
    ...(compareWith === '' ? {} : { compareWith }),
  };
}

/** One book a panel, view and kind of picture: each has its own places. */
function bookKey(
  dashboard: string,
  panel: number,
  topology: Topology | undefined,
  options: PanelOptions,
): string {
  // Blocks tell nothing about where single nodes should stand, nor the other way round.
  const kind = topology && clustersOf(topology) ? 'blocks' : options.direction;
  return `toposcope.positions.1/${dashboard}/${panel}/${topology?.view ?? ''}/${kind}`;
}

interface Drawn {
  readonly scene: Scene | undefined;
  readonly cameraKey: string;
}

/** The last scene stays until there is one for the new topology, so that nothing flickers. */
function useScene(
  topology: Topology | undefined,
  { positions, layouts }: Placing,
  { direction }: PanelOptions,
): Drawn {
  const last = useRef<Drawn>({ scene: undefined, cameraKey: '' });
  const scene = useMemo(
    () => (topology && positions ? buildScene(topology, positions, direction) : undefined),
    [topology, positions, direction],
  );
  if (scene) {
    last.current = { scene, cameraKey: `${topology?.view} ${layouts}` };
  }
  return last.current;
}
