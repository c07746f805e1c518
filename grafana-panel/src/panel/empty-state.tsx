import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

interface Props {
  readonly title: string;
  /** What to do about it. */
  readonly children?: React.ReactNode;
  readonly severity?: 'error';
}

/** Where there is no picture: what is so, and what to do. */
export function EmptyState({ title, children, severity }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.frame} role={severity === 'error' ? 'alert' : 'status'}>
      <svg width="72" height="56" viewBox="0 0 72 56" className={styles.drawing} aria-hidden="true">
        <path d="M16 28C30 28 28 12 42 12M16 28C30 28 28 44 42 44" strokeDasharray="3 4" />
        <circle cx="12" cy="28" r="7" />
        <path d="M50 4l7 4v8l-7 4-7-4V8zM50 36l7 4v8l-7 4-7-4v-8z" />
      </svg>
      <p className={styles.title}>{title}</p>
      {children !== undefined && <div className={styles.text}>{children}</div>}
    </div>
  );
}

const getStyles = ({ colors, spacing, typography }: GrafanaTheme2) => ({
  frame: css({
    position: 'absolute',
    inset: 0,
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    padding: spacing(2),
    textAlign: 'center',
    overflow: 'auto',
  }),
  drawing: css({
    flex: 'none',
    marginBottom: spacing(1.5),
    fill: 'none',
    stroke: colors.text.disabled,
    strokeWidth: 1.6,
    strokeLinejoin: 'round',
  }),
  title: css({ margin: 0, fontSize: typography.h5.fontSize, maxWidth: 520 }),
  text: css({
    marginTop: spacing(0.75),
    maxWidth: 520,
    color: colors.text.secondary,
    fontSize: typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  }),
});
