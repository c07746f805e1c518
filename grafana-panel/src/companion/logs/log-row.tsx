import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { TerminalLook } from '../terminal/terminal-look';
import type { NumberedLine } from './log-buffer';
import { LogText } from './log-text';
import type { LogLayout } from './log-toolbar';

interface Props {
  readonly line: NumberedLine;
  readonly pattern: RegExp | undefined;
  readonly colors: TerminalLook['colors'];
  readonly layout: LogLayout;
}

/** One line: when, on which stream, of which container, what. */
export const LogRow = React.memo(function LogRow({
  line,
  pattern,
  colors,
  layout,
}: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <div className={cx(styles.row, line.stream === 'stderr' && styles.stderr)} title={line.time}>
      {layout.times && <span className={styles.time}>{shortTime(line.time)}</span>}
      {line.source !== undefined && <span className={styles.source}>{line.source}</span>}
      <span className={layout.wrap ? styles.wrapped : styles.single}>
        <LogText line={line.line} pattern={pattern} colors={colors} />
      </span>
    </div>
  );
});

/** Local time to the millisecond; the whole of it, to the nanosecond and with its day, is in the row's title. */
function shortTime(time: string): string {
  return dateTimeFormat(Date.parse(time), { format: 'HH:mm:ss.SSS' });
}

const getStyles = ({ colors, spacing }: GrafanaTheme2) => ({
  row: css({
    display: 'flex',
    gap: spacing(1.25),
    padding: spacing(0, 1.5, 0, 1.25),
    borderLeft: '2px solid transparent',
    // The browser skips what is far away.
    contentVisibility: 'auto',
    containIntrinsicSize: 'auto 18px',
    '&:hover': { background: colors.action.hover },
    '& mark': { padding: 0, background: colors.warning.main, color: colors.warning.contrastText },
  }),
  stderr: css({ borderLeftColor: colors.error.main }),
  time: css({ flex: 'none', color: colors.text.secondary, userSelect: 'none' }),
  source: css({ flex: 'none', color: colors.text.link, userSelect: 'none' }),
  wrapped: css({ minWidth: 0, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }),
  single: css({ whiteSpace: 'pre' }),
});
