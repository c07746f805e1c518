import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { ViewId } from 'toposcope-topology-datasource/graph/topology';
import { ChoiceList } from './choice-list';
import { fittingTabs } from './fitting-tabs';
import { Popover } from './popover';
import { useMeasured } from './use-measured';
import { VIEW_NAMES } from './view-names';

interface Props {
  /** In the order of their tabs. */
  readonly views: readonly ViewId[];
  readonly view: ViewId | undefined;
  /** How many nodes of each view a search finds; empty: nothing is searched for. */
  readonly counts: ReadonlyMap<ViewId, number>;
  /** Undefined where the dashboard has no variable for the view: the name alone is shown. */
  readonly onSwitch: ((view: ViewId) => void) | undefined;
}

const GAP = 2;
/** The frame round the tabs: its padding and lines. */
const FRAME = 6;
/** The button of the menu. */
const MENU = 76;

/** Which view is shown, and the way to the others: tabs as far as they fit into the row, and a menu of the rest. */
export function ViewTabs({ views, view, counts, onSwitch }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const [room, { width }] = useMeasured();
  const ids = view && !views.includes(view) ? [...views, view] : views;
  const ruler = useRef<HTMLDivElement>(null);
  const widths = useWidths(ruler, JSON.stringify([ids, [...counts]]));
  if (!onSwitch) {
    return (
      <div className={styles.room}>{view && <span className={styles.name}>{VIEW_NAMES[view]}</span>}</div>
    );
  }
  const chosen = view === undefined ? undefined : ids.indexOf(view);
  const fitting =
    widths.length === ids.length
      ? fittingTabs(
          widths.map((each) => each + GAP),
          width - FRAME,
          MENU,
          chosen,
        )
      : [];
  const shown = fitting.flatMap((index) => ids[index] ?? []);
  const rest = ids.filter((id) => !shown.includes(id));
  const tab = (id: ViewId) => (
    <>
      {VIEW_NAMES[id]}
      {counts.has(id) && <span className={styles.count}>{counts.get(id)}</span>}
    </>
  );
  return (
    <div ref={room} className={styles.room}>
      <div ref={ruler} className={styles.ruler} aria-hidden="true">
        {ids.map((id) => (
          <span key={id} className={cx(styles.tab, styles.active)}>
            {tab(id)}
          </span>
        ))}
      </div>
      <nav className={styles.tabs} aria-label="View">
        {shown.map((id) => (
          <button
            key={id}
            type="button"
            className={cx(styles.tab, id === view && styles.active)}
            aria-current={id === view ? 'page' : undefined}
            onClick={() => onSwitch(id)}
          >
            {tab(id)}
          </button>
        ))}
        {rest.length > 0 && (
          <Popover glyph="more" label="More views" text="More" side="below" align="right">
            {(close) => (
              <ChoiceList
                choices={rest.map((id) => ({
                  key: id,
                  label: `${VIEW_NAMES[id]}${counts.has(id) ? ` (${counts.get(id)})` : ''}`,
                }))}
                chosen={undefined}
                onChoose={(key) => {
                  const next = rest.find((id) => id === key);
                  if (next) {
                    onSwitch(next);
                  }
                  close();
                }}
              />
            )}
          </Popover>
        )}
      </nav>
    </div>
  );
}

/** Widths of an element's children, CSS pixels, measured whenever `contents` changes and once fonts are there. */
function useWidths(ruler: React.RefObject<HTMLElement | null>, contents: string): readonly number[] {
  const [widths, setWidths] = useState<readonly number[]>([]);
  const measure = useCallback(() => {
    const now = [...(ruler.current?.children ?? [])].map((child) =>
      Math.ceil(child.getBoundingClientRect().width),
    );
    setWidths((last) => (JSON.stringify(last) === JSON.stringify(now) ? last : now));
  }, []);
  useLayoutEffect(() => {
    measure();
    let isGone = false;
    void document.fonts.ready.then(() => {
      if (!isGone) {
        measure();
      }
    });
    return () => {
      isGone = true;
    };
  }, [contents, measure]);
  return widths;
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  room: css({ position: 'relative', flex: '1 1 0px', minWidth: 'min(220px, 100%)', display: 'flex' }),
  ruler: css({
    position: 'absolute',
    display: 'flex',
    height: 0,
    width: 0,
    overflow: 'hidden',
    visibility: 'hidden',
    '& > *': { flex: 'none' },
  }),
  tabs: css({
    display: 'flex',
    gap: GAP,
    padding: 2,
    background: colors.background.primary,
    border: `1px solid ${colors.border.weak}`,
    borderRadius: shape.radius.default,
  }),
  tab: css({
    padding: spacing(0.25, 1.25),
    border: 0,
    borderRadius: shape.radius.default,
    background: 'none',
    color: colors.text.secondary,
    fontSize: typography.bodySmall.fontSize,
    lineHeight: '22px',
    whiteSpace: 'nowrap',
    cursor: 'pointer',
    '&:hover': { color: colors.text.primary, background: colors.action.hover },
  }),
  active: css({
    background: colors.action.selected,
    color: colors.text.primary,
    fontWeight: typography.fontWeightMedium,
  }),
  count: css({
    marginLeft: spacing(0.5),
    padding: spacing(0, 0.5),
    borderRadius: 999,
    background: colors.background.secondary,
    color: colors.text.primary,
    fontSize: 11,
    fontVariantNumeric: 'tabular-nums',
  }),
  name: css({
    padding: spacing(0.25, 0.5),
    color: colors.text.secondary,
    fontSize: typography.bodySmall.fontSize,
    fontWeight: typography.fontWeightMedium,
  }),
});
