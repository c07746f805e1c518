import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, PanelProps } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useRef, useState } from 'react';
import { CompanionArea } from '../companion/companion-area';
import { withDefaults, type PanelOptions } from '../options';
import type { Hover } from '../scene/stage';
import { usePanelState } from '../state/use-panel-state';
import { ErrorBoundary } from './error-boundary';
import { HoverTip } from './hover-tip';
import { changeOfKey } from './key-actions';
import { Minimap } from './minimap';
import { PanelBody } from './panel-body';
import { PanelFooter } from './panel-footer';
import { PanelHeader } from './panel-header';
import type { PictureHandle } from './picture';
import type { SearchBarHandle } from './search-bar';
import { useCameraOfView } from './use-camera-of-view';
import { useCards } from './use-cards';
import { useFocusOfMode } from './use-focus-of-mode';
import { useMeasured } from './use-measured';
import { usePanelKeys } from './use-panel-keys';
import { useShown } from './use-shown';

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

function TopologyView(props: PanelProps<PanelOptions>): React.JSX.Element {
  const { data, width, height, id, transparent, timeZone } = props;
  const styles = useStyles2(getStyles);
  const options = withDefaults(props.options);
  const [state, change] = usePanelState(id);
  const [hover, setHover] = useState<Hover>();
  const [header, headerSize] = useMeasured();
  const [footer, footerSize] = useMeasured();
  const panel = useRef<HTMLDivElement>(null);
  const picture = useRef<PictureHandle>(null);
  const searchBar = useRef<SearchBarHandle>(null);

  const shown = useShown(data, id, { width, height }, options, state);
  const { topology, scene, failure } = shown;
  const { viewVariable } = options;
  useCameraOfView(topology?.view, change);
  const range = data.timeRange;
  const cards = useCards({ shown, state, change, picture, timeZone, range, viewVariable, width });
  const { card } = cards;
  const focusSearch = () => searchBar.current?.focus();
  const actionOf = (key: string) => {
    const keyChange = changeOfKey(key, state.fill, topology);
    return key === '/' ? focusSearch : keyChange && (() => change(keyChange));
  };
  usePanelKeys(panel, {
    onClose: cards.closeTop,
    onHelp: cards.toggleHelp,
    actionOf,
  });
  useFocusOfMode(panel, state.mode);

  const hasNodes = topology !== undefined && topology.nodes.length > 0;
  const showsPicture = scene !== undefined && hasNodes && state.mode === 'graph';
  const roomy = width >= ROOMY.width && height >= ROOMY.height;
  const showsMinimap = width >= LEAST_WIDTH_OF_MINIMAP && roomy && showsPicture && !card && state.camera;
  const above = TOP + headerSize.height + SPACE;
  const below = BOTTOM + footerSize.height + SPACE;
  const controls = { shown, state, change, roomy };

  return (
    <div
      ref={panel}
      className={cx(styles.panel, failure !== undefined && styles.outdated)}
      style={{ width, height }}
      data-testid="toposcope-panel"
    >
      <PanelBody
        shown={shown}
        cards={cards}
        state={state}
        change={change}
        options={options}
        loading={data.state}
        transparent={transparent}
        size={{ width, height }}
        insets={{ top: above, bottom: below }}
        covered={card ? cards.width + 8 : 0}
        picture={picture}
        onHover={setHover}
        onSearch={focusSearch}
        actionOf={actionOf}
      />
      <header ref={header} className={styles.header}>
        <PanelHeader
          {...controls}
          viewVariable={viewVariable}
          searchBar={searchBar}
          onLeaveSearch={() => picture.current?.takeFocus()}
        />
      </header>
      <div
        ref={footer}
        className={styles.bottom}
        style={{ right: card ? cards.width + 16 : showsMinimap ? 172 : 8 }}
      >
        <PanelFooter
          {...controls}
          picture={picture}
          timeZone={timeZone}
          range={range}
          showsPicture={showsPicture}
          onHelp={cards.toggleHelp}
        />
      </div>
      {showsMinimap && (
        <div className={styles.minimap}>
          <Minimap scene={scene} picture={picture} />
        </div>
      )}
      {hover && topology && showsPicture && !(card && hover.id === state.cards.at(-1)) && (
        <HoverTip hover={hover} topology={topology} width={width} height={height} />
      )}
      {card && (
        <div
          className={cx(styles.card, !roomy && styles.onTop)}
          style={{ width: cards.width, top: roomy ? above : TOP }}
        >
          <ErrorBoundary attempt={card}>{card}</ErrorBoundary>
        </div>
      )}
    </div>
  );
}

const getStyles = ({ spacing }: GrafanaTheme2) => {
  const throughGaps = { pointerEvents: 'none', '& > *': { pointerEvents: 'auto' } } as const;
  return {
    panel: css({ position: 'relative', overflow: 'hidden' }),
    outdated: css({
      '& [data-testid="toposcope-picture"] canvas': { opacity: 0.5, filter: 'grayscale(0.6)' },
    }),
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
    minimap: css({ position: 'absolute', right: 8, bottom: 8 }),
    card: css({ position: 'absolute', right: 4, bottom: 4, zIndex: 2, ...throughGaps }),
    // Where there is not room for both, the controls wait until it is closed.
    onTop: css({ zIndex: 4 }),
  };
};
