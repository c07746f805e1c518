import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { Focus } from '../search/narrow';
import { IconButton } from './icon-button';

interface Props {
  readonly pinned: readonly string[];
  readonly focus: Focus | undefined;
  readonly focusName: string;
  readonly onUnpin: (text: string) => void;
  readonly onFocus: (focus: Focus | undefined) => void;
}

const MOST_HOPS = 9;

/** What narrows the picture, each with the way to be rid of it. */
export function FilterChips({ pinned, focus, focusName, onUnpin, onFocus }: Props): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  if (pinned.length === 0 && !focus) {
    return null;
  }
  return (
    <div className={styles.row} role="group" aria-label="Filters">
      {pinned.map((text) => (
        <span key={text} className={styles.chip}>
          <span className={styles.text} title={text}>
            {text}
          </span>
          <IconButton
            glyph="close"
            label={`Unpin ${text}`}
            className={styles.button}
            onClick={() => onUnpin(text)}
          />
        </span>
      ))}
      {focus && (
        <span className={styles.chip}>
          <span className={styles.text}>
            Within {focus.hops} {focus.hops === 1 ? 'hop' : 'hops'} of {focusName}
          </span>
          <IconButton
            glyph="minus"
            label="One hop less"
            className={styles.button}
            onClick={() => onFocus({ ...focus, hops: Math.max(1, focus.hops - 1) })}
          />
          <IconButton
            glyph="plus"
            label="One hop more"
            className={styles.button}
            onClick={() => onFocus({ ...focus, hops: Math.min(MOST_HOPS, focus.hops + 1) })}
          />
          <IconButton
            glyph="close"
            label="Show everything again"
            className={styles.button}
            onClick={() => onFocus(undefined)}
          />
        </span>
      )}
    </div>
  );
}

const getStyles = ({ colors, spacing, typography }: GrafanaTheme2) => ({
  row: css({ display: 'flex', flexWrap: 'wrap', gap: spacing(0.5) }),
  chip: css({
    display: 'inline-flex',
    alignItems: 'center',
    maxWidth: 320,
    height: 26,
    padding: spacing(0, 0.25, 0, 1),
    background: colors.background.secondary,
    border: `1px solid ${colors.primary.border}`,
    borderRadius: 999,
    fontSize: typography.bodySmall.fontSize,
  }),
  text: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
  button: css({ width: 22, height: 22, borderRadius: 999 }),
});
