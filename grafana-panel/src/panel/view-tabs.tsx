import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import { VIEW_IDS, type ViewId } from 'toposcope-topology-datasource/graph/topology';
import { VIEW_NAMES } from './view-names';

/** Panels narrower than this get a list to choose from instead of tabs, CSS pixels. */
const LEAST_WIDTH = 1150;

interface Props {
  /** Of the panel, CSS pixels. */
  readonly width: number;
  readonly view: ViewId | undefined;
  /** How many nodes of each view a search finds; empty: nothing is searched for. */
  readonly counts: ReadonlyMap<ViewId, number>;
  /** Undefined where the dashboard has no variable for the view: the name alone is shown. */
  readonly onSwitch: ((view: ViewId) => void) | undefined;
}

/** Which view is shown, and the way to the others. */
export function ViewTabs({ width, view, counts, onSwitch }: Props): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  if (!onSwitch) {
    return view ? <span className={styles.name}>{VIEW_NAMES[view]}</span> : null;
  }
  const ids: readonly ViewId[] = view && !VIEW_IDS.some((id) => id === view) ? [...VIEW_IDS, view] : VIEW_IDS;
  if (width < LEAST_WIDTH) {
    return (
      <select
        className={styles.select}
        aria-label="View"
        value={view}
        onChange={({ target }) => {
          const chosen = ids.find((id) => id === target.value);
          if (chosen) {
            onSwitch(chosen);
          }
        }}
      >
        {ids.map((id) => (
          <option key={id} value={id}>
            {VIEW_NAMES[id]}
            {counts.has(id) ? ` (${counts.get(id)})` : ''}
          </option>
        ))}
      </select>
    );
  }
  return (
    <nav className={styles.tabs} aria-label="View">
      {ids.map((id) => (
        <button
          key={id}
          type="button"
          className={cx(styles.tab, id === view && styles.active)}
          aria-current={id === view ? 'page' : undefined}
          onClick={() => onSwitch(id)}
        >
          {VIEW_NAMES[id]}
          {counts.has(id) && <span className={styles.count}>{counts.get(id)}</span>}
        </button>
      ))}
    </nav>
  );
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  tabs: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: 2,
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
  select: css({
    width: 'auto',
    height: 28,
    margin: 0,
    padding: spacing(0, 0.5),
    background: colors.background.primary,
    border: `1px solid ${colors.border.weak}`,
    borderRadius: shape.radius.default,
    color: colors.text.primary,
    fontSize: typography.bodySmall.fontSize,
  }),
  name: css({
    padding: spacing(0.25, 0.5),
    color: colors.text.secondary,
    fontSize: typography.bodySmall.fontSize,
    fontWeight: typography.fontWeightMedium,
  }),
});
