import { css, cx } from '@emotion/css';
import { LoadingState, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useEffect, useMemo, useRef, useState } from 'react';
import type { Notice, Relative, Topology } from 'toposcope-topology-datasource/graph/topology';
import { CompanionArea } from '../companion/companion-area';
import { EdgeCard } from '../details/edge-card';
import { formatValue } from '../details/format';
import { formatInstant } from '../details/moment';
import { Legend } from '../details/legend';
import { NodeCard, type CardProps } from '../details/node-card';
import { sourceOfPanel } from '../details/topology-source';
import { withDefaults, type PanelOptions } from '../options';
import { ResourceView } from '../resources/resource-view';
import { clustersOf } from '../scene/clusters';
import { buildScene, type Scene } from '../scene/scene';
import type { Hover } from '../scene/stage';
import { narrow } from '../search/narrow';
import type { Mode } from '../state/panel-state';
import { usePanelState } from '../state/use-panel-state';
import { NodeTable } from '../table/node-table';
import { closeTopCard, openCard } from './card-stack';
import { decorationsOf, fillsOf } from './decorations';
import { ErrorBoundary } from './error-boundary';
import { exportAs } from './export-as';
import { FillMenu } from './fill-menu';
import { FilterChips } from './filter-chips';
import { filterOf } from './filters';
import { HoverTip } from './hover-tip';
import { IconButton } from './icon-button';
import { Minimap } from './minimap';
import { NoPicture } from './no-picture';
import { Notices } from './notices';
import { Picture, type PictureHandle } from './picture';
import type { SearchBarHandle } from './search-bar';
import { TimeMenu } from './time-menu';
import { Toolbar } from './toolbar';
import { Tools } from './tools';
import { useLastKnown, type Known } from './use-last-known';
import { useMeasured } from './use-measured';
import { useOtherViews } from './use-other-views';
import { usePanelKeys } from './use-panel-keys';
import { usePositions } from './use-positions';
import { useSearch } from './use-search';
import { useShownTopology, type Changes } from './use-shown-topology';
import { useTopology } from './use-topology';
import { useWaiting } from './use-waiting';
import { matchCounts, viewsOf, wantedViews } from './view-counts';
import { VIEW_NAMES } from './view-names';
import { viewSwitch } from './view-switch';
import { ViewTabs } from './view-tabs';

export function TopologyPanel(props: PanelProps<PanelOptions>): React.JSX.Element {
  return (
    <ErrorBoundary attempt={props.data}>
      <CompanionArea request={props.data.request} size={{ width: props.width, height: props.height }}>
        {(size) => <TopologyView {...props} {...size} />}
      </CompanionArea>
    </ErrorBoundary>
  );
}

/** Above the rows of controls, CSS pixels. */
const TOP = 4;
/** Below those at the bottom. */
const BOTTOM = 8;
/** Between them and what they belong to. */
const SPACE = 6;
/** Smaller panels show the picture, and the search, filters and export at the press of a button. */
const ROOMY = { width: 360, height: 360 } as const;
const LEAST_WIDTH_OF_MINIMAP = 640;
const MODE_OF_KEY: Readonly<Record<string, Mode>> = { g: 'graph', t: 'table', r: 'resources' };

function TopologyView(props: PanelProps<PanelOptions>): React.JSX.Element {
  const { data, width, height, id, transparent, timeZone } = props;
  const styles = useStyles2(getStyles);
  const options = withDefaults(props.options);
  const [state, change] = usePanelState(id);
  const source = useMemo(() => (data.request ? sourceOfPanel(data.request) : undefined), [data.request]);

  const own = useTopology(data);
  const changes = useMemo(
    () => changesOf(state.filters, state.moment, state.compareWith),
    [state.filters, state.moment, state.compareWith],
  );
  const waited = useWaiting(data.state === LoadingState.Loading);
  const { topology: whole, failure } = useShownTopology(own, source, changes);
  const topology = useMemo(
    () => whole && narrow(whole, state.pinned, state.focus),
    [whole, state.pinned, state.focus],
  );
  const search = useSearch(topology, state.search);

  const placing = usePositions(
    topology,
    bookKey(data.request?.dashboardUID ?? '', id, topology, options),
    options.direction,
    width / Math.max(1, height),
  );
  const scene = useScene(topology, placing.positions, options);
  const [previewed, setPreviewed] = useState<string>();
  const fill = previewed ?? state.fill;
  const decorations = useMemo(
    () => (topology ? decorationsOf(topology, fill, formatValue) : new Map()),
    [topology, fill],
  );

  const others = useOtherViews(
    source,
    wantedViews(topology, state.mode, search.expression !== undefined),
    changes,
    topology?.at,
  );
  const counts = useMemo(
    () => matchCounts(others, topology, search.expression, search.matches),
    [others, topology, search.expression, search.matches],
  );

  const [hover, setHover] = useState<Hover>();
  const [helps, setHelps] = useState(false);
  const [unfolded, setUnfolded] = useState(false);
  const [header, headerSize] = useMeasured();
  const [footer, footerSize] = useMeasured();
  const picture = useRef<PictureHandle>(null);
  const searchBar = useRef<SearchBarHandle>(null);
  const switchView = viewSwitch(options.viewVariable);
  const wanted = useRef<Relative | undefined>(undefined);
  useEffect(() => {
    const relative = wanted.current;
    if (topology && relative?.view === topology.view) {
      wanted.current = undefined;
      change({ cards: [relative.id] });
    }
  }, [topology]);

  const { cards } = state;
  const top = cards.at(-1);
  const known = useLastKnown(topology, top);
  const showIn = switchView
    ? (relative: Relative) => {
        wanted.current = relative;
        change({ camera: undefined, focus: undefined, mode: 'graph' });
        switchView(relative.view);
      }
    : undefined;
  const cardProps = {
    source,
    timeZone,
    range: data.timeRange,
    stacked: cards.length > 1,
    onBack: () => {
      change(({ cards: stack }) => ({ cards: closeTopCard(stack) }));
      picture.current?.takeFocus();
    },
    onClose: () => {
      change({ cards: [] });
      picture.current?.takeFocus();
    },
    onOpen: (card: string) => {
      change(({ cards: stack }) => ({ cards: openCard(stack, card) }));
      picture.current?.reveal(card);
    },
    onFocus: (node: string) => change({ focus: { id: node, hops: 1 } }),
    onSwitch: showIn,
  };
  const cardWidth = Math.min(400, Math.max(240, width * 0.45));
  const toggleHelp = () => {
    change({ cards: [] });
    setHelps((shown) => !shown);
  };
  const select = (chosen: string | undefined) => {
    setHover(undefined);
    setHelps(false);
    change({ cards: chosen === undefined ? [] : [chosen] });
  };
  const closeTop = () => {
    setHelps(false);
    change(({ cards: stack }) => ({ cards: closeTopCard(stack) }));
  };
  const panel = useRef<HTMLDivElement>(null);
  usePanelKeys(panel, {
    onClose: cards.length > 0 || helps ? closeTop : undefined,
    onHelp: toggleHelp,
  });
  const details = known && cardOf(known, cardWidth, cardProps);
  const card = details ?? (helps ? <Legend onClose={() => setHelps(false)} /> : undefined);
  const hasNodes = topology !== undefined && topology.nodes.length > 0;
  const showsPicture = scene !== undefined && hasNodes && state.mode === 'graph';
  const roomy = width >= ROOMY.width && height >= ROOMY.height;
  const showsMinimap =
    scene && width >= LEAST_WIDTH_OF_MINIMAP && roomy && showsPicture && !card && state.camera;
  const above = TOP + headerSize.height + SPACE;
  const below = BOTTOM + footerSize.height + SPACE;
  const body = { width: width - (card ? cardWidth + 8 : 0), height: Math.max(0, height - above - below) };

  return (
    <div
      ref={panel}
      className={cx(styles.panel, failure !== undefined && styles.outdated)}
      style={{ width, height }}
      data-testid="toposcope-panel"
    >
      {showsPicture && (
        <Picture
          ref={picture}
          scene={scene}
          width={width}
          height={height}
          transparent={transparent}
          wheel={options.wheel}
          decorations={decorations}
          matches={search.matches}
          selected={details ? top : undefined}
          covered={card ? cardWidth + 8 : 0}
          insets={{ top: above, bottom: below }}
          camera={state.camera}
          cameraKey={`${topology.view} ${placing.layouts}`}
          name={VIEW_NAMES[topology.view]}
          onSelect={select}
          onHover={setHover}
          onDrag={placing.move}
          onClose={closeTop}
          onHelp={toggleHelp}
          onSearch={() => searchBar.current?.focus()}
          onCamera={(camera) => change({ camera })}
          onKey={(key) => {
            const mode = MODE_OF_KEY[key];
            if (mode) {
              change({ mode });
            }
            return mode !== undefined;
          }}
        />
      )}
      {hasNodes && state.mode === 'table' && (
        <div className={styles.body} style={{ top: above }}>
          <NodeTable
            topology={topology}
            matches={search.matches}
            sort={state.sort}
            selected={top}
            {...body}
            onSort={(sort) => change({ sort })}
            onOpen={(node) => select(node)}
          />
        </div>
      )}
      {hasNodes && state.mode === 'resources' && (
        <div className={styles.body} style={{ top: above }}>
          <ResourceView
            hosts={topology.view === 'hosts' ? topology : others.get('hosts')}
            containers={topology.view === 'containers' ? topology : others.get('containers')}
            processes={topology.view === 'processes' ? topology : others.get('processes')}
            matches={search.matches}
            {...body}
            onOpen={({ id: box, label, view }) => {
              if (view === topology.view) {
                select(box);
              } else {
                showIn?.({ view, id: box, label });
              }
            }}
          />
        </div>
      )}
      {!showsPicture && !(hasNodes && state.mode !== 'graph') && (
        <NoPicture
          state={data.state}
          topology={topology}
          failure={failure}
          waited={waited}
          hidden={(whole?.nodes.length ?? 0) - (topology?.nodes.length ?? 0)}
        />
      )}
      <header ref={header} className={styles.header}>
        <div className={styles.top}>
          <ViewTabs
            views={viewsOf(topology)}
            view={topology?.view}
            counts={counts}
            onSwitch={
              switchView &&
              ((view) => {
                change({ camera: undefined, focus: undefined });
                switchView(view);
              })
            }
          />
          {topology && !roomy && (
            <div className={styles.bar}>
              <IconButton
                glyph="search"
                label="Search, filter and export"
                onClick={() => setUnfolded((last) => !last)}
              />
            </div>
          )}
          {topology && (roomy || unfolded || state.search !== '') && (
            <Tools
              state={state}
              change={change}
              search={search}
              searchBar={searchBar}
              source={source}
              hasNodes={hasNodes}
              onExport={(kind) => void exportAs(kind, { topology, scene, decorations })}
              onLeave={() => picture.current?.takeFocus()}
            />
          )}
        </div>
        <FilterChips
          pinned={state.pinned}
          focus={state.focus}
          focusName={labelOf(whole, state.focus?.id)}
          onUnpin={(text) => change(({ pinned }) => ({ pinned: pinned.filter((other) => other !== text) }))}
          onFocus={(focus) => change({ focus })}
        />
      </header>
      <div
        ref={footer}
        className={styles.bottom}
        style={{ right: card ? cardWidth + 16 : showsMinimap ? 172 : 8 }}
      >
        {hasNodes && (
          <div className={styles.notices}>
            <Notices notices={noticesOf(topology, failure, placing.failure)} />
          </div>
        )}
        <div className={styles.bars}>
          {showsPicture && (
            <Toolbar
              onFit={() => picture.current?.fit()}
              onFitMatches={search.matches && (() => picture.current?.fitTo(search.matches ?? new Set()))}
              onZoom={(factor) => picture.current?.zoomBy(factor)}
              onLayOutAgain={() => {
                change({ camera: undefined });
                placing.layOutAgain();
              }}
              onHelp={toggleHelp}
            />
          )}
          {placing.forming && (
            <span className={styles.forming} role="status">
              Laying out {topology?.nodes.length} nodes …
            </span>
          )}
          {topology && waited > 0 && (
            <div className={styles.waiting} role="status">
              No answer for {waited} s; as of{' '}
              {formatInstant(topology.at, timeZone).slice('yyyy-mm-dd '.length)}
            </div>
          )}
          {roomy && topology && (
            <div className={styles.bar}>
              <TimeMenu
                range={data.timeRange}
                timeZone={timeZone}
                moment={state.moment}
                compareWith={state.compareWith}
                shown={topology.at}
                onMoment={(moment) => change({ moment })}
                onCompare={(compareWith) => change({ compareWith })}
              />
            </div>
          )}
          {roomy && showsPicture && fillsOf(topology).length > 0 && (
            <div className={styles.bar}>
              <FillMenu
                fills={fillsOf(topology)}
                fill={fill}
                onChoose={(key) => change({ fill: key })}
                onPreview={setPreviewed}
              />
            </div>
          )}
        </div>
      </div>
      {showsMinimap && (
        <div className={styles.minimap}>
          <Minimap scene={scene} picture={picture} />
        </div>
      )}
      {hover && topology && showsPicture && !(card && hover.id === top) && (
        <HoverTip hover={hover} topology={topology} width={width} height={height} />
      )}
      {card && (
        <div className={styles.card} style={{ width: cardWidth, top: roomy ? above : TOP }}>
          <ErrorBoundary attempt={card}>{card}</ErrorBoundary>
        </div>
      )}
    </div>
  );
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

/** The last scene stays until there is one for the new topology, so that nothing flickers. */
function useScene(
  topology: Topology | undefined,
  positions: ReadonlyMap<string, { x: number; y: number }> | undefined,
  { direction }: PanelOptions,
): Scene | undefined {
  const last = useRef<Scene | undefined>(undefined);
  const scene = useMemo(
    () => (topology && positions ? buildScene(topology, positions, direction) : undefined),
    [topology, positions, direction],
  );
  last.current = scene ?? last.current;
  return last.current;
}

function cardOf(
  known: Known,
  width: number,
  props: Omit<CardProps, 'topology' | 'gone'>,
): React.JSX.Element | undefined {
  const { topology, node, edge, gone } = known;
  if (node) {
    return <NodeCard {...props} topology={topology} gone={gone} node={node} />;
  }
  return edge && <EdgeCard {...props} topology={topology} gone={gone} edge={edge} width={width} />;
}

function labelOf(topology: Topology | undefined, id: string | undefined): string {
  return topology?.nodes.find((node) => node.id === id)?.label ?? 'a node that is gone';
}

function noticesOf(
  topology: Topology,
  failure: string | undefined,
  layoutFailure: string | undefined,
): readonly Notice[] {
  return [
    ...(failure === undefined
      ? []
      : [
          {
            severity: 'error' as const,
            message: `The last refresh failed: ${failure}`,
            action: 'The picture shows what was there before.',
          },
        ]),
    ...(layoutFailure === undefined
      ? []
      : [{ severity: 'error' as const, message: layoutFailure, action: 'Press “Lay out again”.' }]),
    ...topology.notices,
  ];
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => {
  const throughGaps = { pointerEvents: 'none', '& > *': { pointerEvents: 'auto' } } as const;
  return {
    panel: css({ position: 'relative', overflow: 'hidden' }),
    outdated: css({
      '& [data-testid="toposcope-picture"] canvas': { opacity: 0.5, filter: 'grayscale(0.6)' },
    }),
    body: css({ position: 'absolute', left: 0 }),
    header: css({
      position: 'absolute',
      zIndex: 3,
      top: TOP,
      left: 8,
      right: 8,
      display: 'flex',
      flexDirection: 'column',
      gap: spacing(0.5),
      ...throughGaps,
      '& > *': throughGaps,
    }),
    top: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: spacing(0.5, 1) }),
    forming: css({ color: colors.text.secondary, fontSize: typography.bodySmall.fontSize }),
    bar: css({
      display: 'flex',
      alignItems: 'center',
      gap: 1,
      padding: 2,
      background: colors.background.primary,
      border: `1px solid ${colors.border.weak}`,
      borderRadius: shape.radius.default,
    }),
    bottom: css({
      position: 'absolute',
      left: 8,
      bottom: BOTTOM,
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'flex-start',
      gap: spacing(0.75),
      ...throughGaps,
      '& > *': { ...throughGaps, maxWidth: '100%' },
    }),
    bars: css({ display: 'flex', flexWrap: 'wrap', gap: spacing(0.75) }),
    waiting: css({
      display: 'flex',
      alignItems: 'center',
      minHeight: 34,
      padding: spacing(0, 1),
      color: colors.text.secondary,
      fontSize: typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
      background: colors.background.primary,
      border: `1px solid ${colors.border.weak}`,
      borderRadius: shape.radius.default,
    }),
    notices: css({ maxWidth: 720 }),
    minimap: css({ position: 'absolute', right: 8, bottom: 8 }),
    card: css({ position: 'absolute', right: 4, bottom: 4, zIndex: 2, ...throughGaps }),
  };
};
