import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';
import type { Notice } from 'toposcope-topology-datasource/graph/topology';
import { Glyph } from './glyph';
import { IconButton } from './icon-button';

/** What the user should know about the picture, in words, at its lower edge; each can be put away. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const open = notices.filter(({ message }) => !closed.has(message));
  if (open.length === 0) {
    return null;
  }
  return (
    <div className={styles.list} role="status" data-over-picture>
      {open.map(({ severity, message, action }) => (
        <div key={message} className={styles.notice}>
          <span className={styles[severity]}>
            <Glyph name={severity === 'info' ? 'info' : 'warning'} />
          </span>
          <span className={styles.text}>
            {message}
            {action !== '' && <span className={styles.action}> {action}</span>}
          </span>
          <IconButton
            glyph="close"
            label="Put this notice away"
            onClick={() => setClosed((last) => new Set(last).add(message))}
          />
        </div>
      ))}
    </div>
  );
}

const getStyles = ({ colors, shape, shadows, spacing, typography }: GrafanaTheme2) => ({
  list: css({
    display: 'flex',
    flexDirection: 'column',
    gap: spacing(0.5),
    maxHeight: '40%',
    overflowY: 'auto',
  }),
  notice: css({
    display: 'flex',
    alignItems: 'flex-start',
    gap: spacing(1),
    padding: spacing(0.5, 0.5, 0.5, 1),
    background: colors.background.secondary,
    border: `1px solid ${colors.border.weak}`,
    borderRadius: shape.radius.default,
    boxShadow: shadows.z1,
    fontSize: typography.bodySmall.fontSize,
    '& svg': { marginTop: 5 },
  }),
  text: css({ flex: 1, padding: spacing(0.5, 0), overflowWrap: 'anywhere' }),
  action: css({ color: colors.text.secondary }),
  info: css({ color: colors.info.text }),
  warning: css({ color: colors.warning.text }),
  error: css({ color: colors.error.text }),
});
