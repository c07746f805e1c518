import type { TimeRange } from '@grafana/data';
import React, { useEffect, useRef, useState } from 'react';
import type { Relative } from 'toposcope-topology-datasource/graph/topology';
import { EdgeCard } from '../details/edge-card';
import { Legend } from '../details/legend';
import { NodeCard, type CardProps } from '../details/node-card';
import type { PanelState } from '../state/panel-state';
import type { ChangeState } from '../state/use-panel-state';
import { closeTopCard, openCard } from './card-stack';
import type { PictureHandle } from './picture';
import { useLastKnown, type Known } from './use-last-known';
import type { Shown } from './use-shown';
import { viewSwitch } from './view-switch';

export interface Cards {
  /** The card on top, or the legend; undefined: nothing is open. */
  readonly card: React.JSX.Element | undefined;
  /** CSS pixels. */
  readonly width: number;
  /** The node or edge that the top card is about. */
  readonly selected: string | undefined;
  /** Opens the card of a node or edge in place of all others; undefined closes them. */
  readonly select: (id: string | undefined) => void;
  readonly toggleHelp: () => void;
  /** Undefined: nothing is open. */
  readonly closeTop: (() => void) | undefined;
  /** Undefined where the dashboard has no variable for the view. */
  readonly showIn: ((relative: Relative) => void) | undefined;
}

interface Props {
  readonly shown: Shown;
  readonly state: PanelState;
  readonly change: ChangeState;
  readonly picture: React.RefObject<PictureHandle | null>;
  readonly timeZone: string;
  readonly range: TimeRange;
  readonly viewVariable: string;
  /** Of the panel, CSS pixels. */
  readonly width: number;
}

/** The cards of nodes and edges, one on another, and the legend in their place. */
export function useCards(props: Props): Cards {
  const { shown, state, change, picture, timeZone, range, viewVariable, width: panelWidth } = props;
  const { topology, source } = shown;
  const { cards } = state;
  const [helps, setHelps] = useState(false);
  const top = cards.at(-1);
  const known = useLastKnown(topology, top);
  const switchView = viewSwitch(viewVariable);
  const wanted = useRef<Relative | undefined>(undefined);
  useEffect(() => {
    const relative = wanted.current;
    if (topology && relative?.view === topology.view) {
      wanted.current = undefined;
      change({ cards: [relative.id] });
    }
  }, [topology]);

  const showIn = switchView
    ? (relative: Relative) => {
        wanted.current = relative;
        change({ camera: undefined, focus: undefined, mode: 'graph' });
        switchView(relative.view);
      }
    : undefined;
  const width = Math.min(400, Math.max(240, panelWidth * 0.45));
  const details =
    known &&
    cardOf(known, width, {
      source,
      timeZone,
      range,
      stacked: cards.length > 1,
      onBack: () => {
        change(({ cards: stack }) => ({ cards: closeTopCard(stack) }));
        picture.current?.takeFocus();
      },
      onClose: () => {
        change({ cards: [] });
        picture.current?.takeFocus();
      },
      onOpen: (card) => {
        change(({ cards: stack }) => ({ cards: openCard(stack, card) }));
        picture.current?.reveal(card);
      },
      onFocus: (node) => change({ focus: { id: node, hops: 1 } }),
      onSwitch: showIn,
    });
  const closeTop = () => {
    setHelps(false);
    change(({ cards: stack }) => ({ cards: closeTopCard(stack) }));
  };
  return {
    card: details ?? (helps ? <Legend onClose={() => setHelps(false)} /> : undefined),
    width,
    selected: details ? top : undefined,
    select: (id) => {
      setHelps(false);
      change({ cards: id === undefined ? [] : [id] });
    },
    toggleHelp: () => {
      change({ cards: [] });
      setHelps((last) => !last);
    },
    closeTop: cards.length > 0 || helps ? closeTop : undefined,
    showIn,
  };
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
