import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { type ReactNode } from 'react';

interface Props {
  /** What the buttons act on: makes it a toolbar of that name. */
  readonly label?: string;
  readonly children: ReactNode;
}

/** A frame around buttons that belong together. */
export function Bar({ label, children }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.bar} {...(label !== undefined && { role: 'toolbar', 'aria-label': label })}>
      {children}
    </div>
  );
}

const getStyles = ({ colors, shape }: GrafanaTheme2) => ({
  bar: css({
    display: 'flex',
    alignItems: 'center',
    gap: 1,
    padding: 2,
    background: colors.background.primary,
    border: `1px solid ${colors.border.weak}`,
    borderRadius: shape.radius.default,
  }),
});
