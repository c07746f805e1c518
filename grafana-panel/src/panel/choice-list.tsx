import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

interface Props {
  readonly choices: readonly { readonly key: string; readonly label: string }[];
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
  /** The pointer or the keyboard is at a choice; undefined: it left. */
  readonly onPreview?: (key: string | undefined) => void;
}

/** One of several, or something to do, in a popover. */
export function ChoiceList({ choices, chosen, onChoose, onPreview }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.list} onPointerLeave={() => onPreview?.(undefined)}>
      {choices.map(({ key, label }) => (
        <button
          key={key}
          type="button"
          className={cx(styles.choice, key === chosen && styles.chosen)}
          aria-pressed={chosen === undefined ? undefined : key === chosen}
          onClick={() => onChoose(key)}
          onPointerEnter={() => onPreview?.(key)}
          onFocus={() => onPreview?.(key)}
          onBlur={() => onPreview?.(undefined)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  list: css({ display: 'flex', flexDirection: 'column', gap: 1 }),
  choice: css({
    padding: spacing(0.5, 1),
    border: 0,
    borderRadius: shape.radius.default,
    background: 'none',
    color: colors.text.primary,
    textAlign: 'left',
    cursor: 'pointer',
    '&:hover': { background: colors.action.hover },
  }),
  chosen: css({
    background: colors.action.selected,
    fontWeight: typography.fontWeightMedium,
  }),
});
