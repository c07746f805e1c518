import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

interface Props {
  readonly text: string;
  readonly failed?: boolean;
  /** The buttons by which it is answered. */
  readonly children: React.ReactNode;
}

/** A word over the lower edge of a terminal. */
export function TerminalMessage({ text, failed = false, children }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.message} role={failed ? 'alert' : 'status'}>
      <span className={styles.text}>{text}</span>
      {children}
    </div>
  );
}

const getStyles = ({ colors, spacing, shape, shadows }: GrafanaTheme2) => ({
  message: css({
    position: 'absolute',
    left: 12,
    right: 20,
    bottom: 8,
    zIndex: 11,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: spacing(1),
    padding: spacing(0.75, 1, 0.75, 1.5),
    borderRadius: shape.radius.default,
    border: `1px solid ${colors.border.medium}`,
    background: colors.background.secondary,
    boxShadow: shadows.z2,
  }),
  text: css({ flex: 1, minWidth: 160 }),
});
