import { css } from '@emotion/css';
import type { LoadingState } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { PanelOptions } from '../options';
import { ResourceView } from '../resources/resource-view';
import type { Size } from '../scene/camera';
import type { Hover, Insets } from '../scene/stage';
import type { PanelState } from '../state/panel-state';
import type { ChangeState } from '../state/use-panel-state';
import { NodeTable } from '../table/node-table';
import { NoPicture } from './no-picture';
import { Picture, type PictureHandle } from './picture';
import type { Cards } from './use-cards';
import type { Shown } from './use-shown';
import { VIEW_NAMES } from './view-names';

interface Props {
  readonly shown: Shown;
  readonly cards: Cards;
  readonly state: PanelState;
  readonly change: ChangeState;
  readonly options: PanelOptions;
  readonly loading: LoadingState;
  readonly transparent: boolean;
  readonly size: Size;
  /** What controls cover above and below, CSS pixels. */
  readonly insets: Insets;
  /** And cards at the right. */
  readonly covered: number;
  readonly picture: React.Ref<PictureHandle>;
  readonly onHover: (hover: Hover | undefined) => void;
  readonly onSearch: () => void;
  /** What a key means to the panel; undefined: nothing. */
  readonly actionOf: (key: string) => (() => void) | undefined;
}

/** The picture, the table or the resources; where there is nothing to show, what is so. */
export function PanelBody(props: Props): React.JSX.Element {
  const { shown, cards, state, change, options, size, insets, covered, picture } = props;
  const { topology, whole, scene, search, others } = shown;
  const styles = useStyles2(getStyles);
  if (!topology || topology.nodes.length === 0 || (state.mode === 'graph' && !scene)) {
    return (
      <NoPicture
        state={props.loading}
        topology={topology}
        failure={shown.failure}
        waited={shown.waited}
        hidden={(whole?.nodes.length ?? 0) - (topology?.nodes.length ?? 0)}
      />
    );
  }
  if (state.mode === 'graph' && scene) {
    return (
      <Picture
        ref={picture}
        scene={scene}
        {...size}
        transparent={props.transparent}
        wheel={options.wheel}
        decorations={shown.decorations}
        matches={search.matches}
        selected={cards.selected}
        covered={covered}
        insets={insets}
        camera={state.camera}
        cameraKey={shown.cameraKey}
        name={VIEW_NAMES[topology.view]}
        onSelect={(id) => {
          props.onHover(undefined);
          cards.select(id);
        }}
        onHover={props.onHover}
        onDrag={shown.placing.move}
        onClose={() => cards.closeTop?.()}
        onHelp={cards.toggleHelp}
        onSearch={props.onSearch}
        onCamera={(camera) => change({ camera })}
        onKey={(key) => {
          const act = props.actionOf(key);
          act?.();
          return act !== undefined;
        }}
      />
    );
  }
  const room = {
    width: size.width - covered,
    height: Math.max(0, size.height - insets.top - insets.bottom),
  };
  return (
    <div className={styles.body} style={{ top: insets.top }}>
      {state.mode === 'table' ? (
        <NodeTable
          topology={topology}
          matches={search.matches}
          sort={state.sort}
          selected={state.cards.at(-1)}
          {...room}
          onSort={(sort) => change({ sort })}
          onOpen={cards.select}
        />
      ) : (
        <ResourceView
          hosts={topology.view === 'hosts' ? topology : others.get('hosts')}
          containers={topology.view === 'containers' ? topology : others.get('containers')}
          processes={topology.view === 'processes' ? topology : others.get('processes')}
          matches={search.matches}
          resource={state.resource}
          scale={state.scale}
          onChoose={change}
          {...room}
          onOpen={({ id, label, view }) => {
            if (view === topology.view) {
              cards.select(id);
            } else {
              cards.showIn?.({ view, id, label });
            }
          }}
        />
      )}
    </div>
  );
}

const getStyles = () => ({ body: css({ position: 'absolute', left: 0 }) });
