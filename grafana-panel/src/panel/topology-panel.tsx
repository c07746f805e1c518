import { css, cx } from '@emotion/css';
import { LoadingState, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useEffect, useMemo, useRef, useState } from 'react';
import type { Notice, Relative, Topology } from 'toposcope-topology-datasource/graph/topology';
import { CompanionArea } from '../companion/companion-area';
import { EdgeCard } from '../details/edge-card';
import { Legend } from '../details/legend';
import { NodeCard, type CardProps } from '../details/node-card';
import { sourceOfPanel } from '../details/topology-source';
import { withDefaults, type PanelOptions } from '../options';
import { buildScene, type Scene } from '../scene/scene';
import type { Hover } from '../scene/stage';
import { closeTopCard, openCard, type CardStack } from './card-stack';
import { EmptyState } from './empty-state';
import { ErrorBoundary } from './error-boundary';
import { HoverTip } from './hover-tip';
import { Notices } from './notices';
import { Picture, type PictureHandle } from './picture';
import { Toolbar } from './toolbar';
import { usePositions } from './use-positions';
import { useTopology } from './use-topology';
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

const NO_CARDS: CardStack = [];

function TopologyView(props: PanelProps<PanelOptions>): React.JSX.Element {
  const { data, width, height, id, transparent, timeZone } = props;
  const styles = useStyles2(getStyles);
  const options = withDefaults(props.options);
  const { topology, failure } = useTopology(data);
  const placing = usePositions(
    topology,
    bookKey(data.request?.dashboardUID ?? '', id, topology, options),
    options.direction,
    width / Math.max(1, height),
  );
  const scene = useScene(topology, placing.positions, options);
  const [cards, setCards] = useState<CardStack>(NO_CARDS);
  const [hover, setHover] = useState<Hover>();
  const picture = useRef<PictureHandle>(null);
  const source = useMemo(() => (data.request ? sourceOfPanel(data.request) : undefined), [data.request]);
  const switchView = viewSwitch(options.viewVariable);
  const wanted = useRef<Relative | undefined>(undefined);

  useEffect(() => {
    const relative = wanted.current;
    if (topology && relative?.view === topology.view) {
      wanted.current = undefined;
      setCards([relative.id]);
    }
  }, [topology]);

  const top = cards.at(-1);
  const open = (card: string) => {
    setCards((stack) => openCard(stack, card));
    picture.current?.reveal(card);
  };
  const cardProps = {
    source,
    timeZone,
    stacked: cards.length > 1,
    onBack: () => {
      setCards(closeTopCard);
      picture.current?.takeFocus();
    },
    onClose: () => {
      setCards(NO_CARDS);
      picture.current?.takeFocus();
    },
    onOpen: open,
    onSwitch: switchView
      ? (relative: Relative) => {
          wanted.current = relative;
          switchView(relative.view);
        }
      : undefined,
  };
  const cardWidth = Math.min(400, Math.max(240, width * 0.45));
  const [helps, setHelps] = useState(false);
  const toggleHelp = () => {
    setCards(NO_CARDS);
    setHelps((shown) => !shown);
  };
  const details = topology && top !== undefined ? cardOf(topology, top, cardWidth, cardProps) : undefined;
  const card = details ?? (helps ? <Legend onClose={() => setHelps(false)} /> : undefined);
  const showsPicture = scene !== undefined && topology !== undefined && topology.nodes.length > 0;

  return (
    <div
      className={cx(styles.panel, failure !== undefined && styles.outdated)}
      style={{ width, height }}
      data-testid="toposcope-panel"
    >
      {showsPicture ? (
        <Picture
          ref={picture}
          scene={scene}
          width={width}
          height={height}
          transparent={transparent}
          wheel={options.wheel}
          selected={details ? top : undefined}
          covered={card ? cardWidth + 8 : 0}
          cameraKey={`${topology.view} ${placing.layouts}`}
          name={VIEW_NAMES[topology.view]}
          onSelect={(chosen) => {
            setHover(undefined);
            setHelps(false);
            setCards(chosen === undefined ? NO_CARDS : [chosen]);
          }}
          onHover={setHover}
          onDrag={placing.move}
          onClose={() => {
            setHelps(false);
            setCards(closeTopCard);
          }}
          onHelp={toggleHelp}
        />
      ) : (
        <NoPicture state={data.state} topology={topology} failure={failure} />
      )}
      <div className={styles.top}>
        {placing.forming && (
          <span className={styles.forming} role="status">
            Laying out {topology?.nodes.length} nodes …
          </span>
        )}
        <ViewTabs width={width} view={topology?.view} onSwitch={switchView} />
      </div>
      {showsPicture && (
        <Toolbar
          onFit={() => picture.current?.fit()}
          onZoom={(factor) => picture.current?.zoomBy(factor)}
          onLayOutAgain={placing.layOutAgain}
          onHelp={toggleHelp}
        />
      )}
      {showsPicture && (
        <div
          className={styles.notices}
          style={{ maxWidth: Math.max(120, Math.min(520, width - 181 - (card ? cardWidth + 12 : 0))) }}
        >
          <Notices notices={noticesOf(topology, failure, placing.failure)} />
        </div>
      )}
      {hover && topology && !(card && hover.id === top) && (
        <HoverTip hover={hover} topology={topology} width={width} height={height} />
      )}
      {card && (
        <div className={styles.card} style={{ width: cardWidth }}>
          <ErrorBoundary attempt={card}>{card}</ErrorBoundary>
        </div>
      )}
    </div>
  );
}

/** One book a panel, view and direction: each has its own places. */
function bookKey(
  dashboard: string,
  panel: number,
  topology: Topology | undefined,
  options: PanelOptions,
): string {
  return `toposcope.positions.1/${dashboard}/${panel}/${topology?.view ?? ''}/${options.direction}`;
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
  topology: Topology,
  id: string,
  width: number,
  props: Omit<CardProps, 'topology'>,
): React.JSX.Element | undefined {
  const node = topology.nodes.find((candidate) => candidate.id === id);
  if (node) {
    return <NodeCard {...props} topology={topology} node={node} />;
  }
  const edge = topology.edges.find((candidate) => candidate.id === id);
  return edge && <EdgeCard {...props} topology={topology} edge={edge} width={width} />;
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

function NoPicture({
  state,
  topology,
  failure,
}: {
  readonly state: LoadingState;
  readonly topology: Topology | undefined;
  readonly failure: string | undefined;
}): React.JSX.Element {
  if (failure !== undefined) {
    return (
      <EmptyState severity="error" title="The query failed.">
        {failure}
      </EmptyState>
    );
  }
  if (!topology && (state === LoadingState.Loading || state === LoadingState.NotStarted)) {
    return <EmptyState title="Asking Prometheus …" />;
  }
  if (!topology) {
    return (
      <EmptyState title="There is no topology in the answer.">
        Choose the Toposcope data source for this panel’s query, and a view.
      </EmptyState>
    );
  }
  if (topology.nodes.length > 0) {
    return <EmptyState title="Laying out …" />;
  }
  const [notice] = topology.notices;
  return (
    <EmptyState
      title={notice?.message ?? `There are no ${VIEW_NAMES[topology.view].toLowerCase()} at this time.`}
    >
      {notice?.action ?? 'Choose another time range or view, or look whether the exporters are scraped.'}
    </EmptyState>
  );
}

const getStyles = ({ colors, spacing, typography }: GrafanaTheme2) => {
  const throughGaps = { pointerEvents: 'none', '& > *': { pointerEvents: 'auto' } } as const;
  return {
    panel: css({ position: 'relative', overflow: 'hidden' }),
    outdated: css({
      '& [data-testid="toposcope-picture"] canvas': { opacity: 0.5, filter: 'grayscale(0.6)' },
    }),
    top: css({
      position: 'absolute',
      top: 4,
      left: 8,
      right: 8,
      display: 'flex',
      flexDirection: 'row-reverse',
      alignItems: 'center',
      justifyContent: 'flex-end',
      gap: spacing(1.5),
      ...throughGaps,
    }),
    forming: css({ color: colors.text.secondary, fontSize: typography.bodySmall.fontSize }),
    notices: css({ position: 'absolute', left: 173, bottom: 8 }),
    card: css({ position: 'absolute', top: 4, right: 4, bottom: 4, zIndex: 2, ...throughGaps }),
  };
};
