import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';
import type { Notice } from 'toposcope-topology-datasource/graph/topology';
import { Glyph } from './glyph';
import { IconButton } from './icon-button';

const SEVERITIES = ['error', 'warning', 'info'] as const satisfies readonly Notice['severity'][];

/** What the user should know about the picture: the gravest with what to do about it, the others at a click. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  const [putAway, setPutAway] = useState<ReadonlySet<string>>(new Set());
  const [unfolded, setUnfolded] = useState(false);
  const open = SEVERITIES.flatMap((severity) =>
    notices.filter((notice) => notice.severity === severity && !putAway.has(notice.message)),
  );
  const [first, ...others] = open;
  if (!first) {
    return null;
  }
  if (!unfolded) {
    return (
      <div role="status">
        <button
          type="button"
          className={styles.line}
          aria-expanded="false"
          title={first.action}
          onClick={() => setUnfolded(true)}
        >
          <SeverityMark severity={first.severity} />
          <span className={styles.text}>
            {withStop(first.message)}
            {first.severity !== 'info' && first.action !== '' && (
              <span className={styles.action}> {first.action}</span>
            )}
          </span>
          {others.length > 0 && <span className={styles.action}>+{others.length}</span>}
        </button>
      </div>
    );
  }
  return (
    <div className={styles.list} role="status">
      {open.map(({ severity, message, action }) => (
        <div key={message} className={styles.notice}>
          <SeverityMark severity={severity} />
          <span className={styles.text}>
            {message}
            {action !== '' && <div className={styles.action}>{action}</div>}
          </span>
          <IconButton
            glyph="close"
            label="Put this notice away"
            onClick={() => setPutAway((last) => new Set(last).add(message))}
          />
        </div>
      ))}
      <button type="button" className={styles.fold} onClick={() => setUnfolded(false)}>
        Fold
      </button>
    </div>
  );
}

/** What others say often ends without a full stop. */
function withStop(message: string): string {
  return /[.!?…]$/.test(message) ? message : `${message}.`;
}

function SeverityMark({ severity }: { readonly severity: Notice['severity'] }): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <span className={styles[severity]}>
      <Glyph name={severity === 'info' ? 'info' : 'warning'} />
    </span>
  );
}

const getStyles = ({ colors, shape, shadows, spacing, typography }: GrafanaTheme2) => {
  const mark = { display: 'inline-flex', flex: 'none' };
  const quiet = { border: 0, background: 'none', font: 'inherit', fontSize: typography.bodySmall.fontSize };
  return {
    line: css({
      ...quiet,
      display: 'flex',
      alignItems: 'center',
      gap: spacing(0.75),
      maxWidth: '100%',
      minHeight: 34,
      padding: spacing(0.25, 1),
      textAlign: 'left',
      color: colors.text.secondary,
      background: colors.background.primary,
      border: `1px solid ${colors.border.weak}`,
      borderRadius: shape.radius.default,
      '&:hover': { color: colors.text.primary },
    }),
    list: css({
      display: 'flex',
      flexDirection: 'column',
      padding: spacing(0.5),
      background: colors.background.primary,
      border: `1px solid ${colors.border.weak}`,
      borderRadius: shape.radius.default,
      boxShadow: shadows.z2,
      fontSize: typography.bodySmall.fontSize,
    }),
    notice: css({
      display: 'flex',
      alignItems: 'flex-start',
      gap: spacing(1),
      padding: spacing(0.25, 0.25, 0.25, 0.75),
      '& > span:first-child': { marginTop: 6 },
    }),
    text: css({ flex: 1, padding: spacing(0.5, 0), overflowWrap: 'anywhere' }),
    action: css({ color: colors.text.secondary }),
    fold: css({
      ...quiet,
      alignSelf: 'flex-end',
      padding: spacing(0.25, 1),
      color: colors.text.secondary,
      '&:hover': { color: colors.text.primary },
    }),
    info: css({ ...mark, color: colors.info.text }),
    warning: css({ ...mark, color: colors.warning.text }),
    error: css({ ...mark, color: colors.error.text }),
  };
};
