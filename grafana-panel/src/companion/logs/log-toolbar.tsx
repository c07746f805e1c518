import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, IconButton, LinkButton, useStyles2 } from '@grafana/ui';
import type { ExportProgress } from '@toposcope/companion/protocol/actions/logs.js';
import React, { useEffect, useState } from 'react';
import { LogExport } from './log-export';
import { PERIODS, type LogChoice, type Period } from './log-selection';

export interface LogLayout {
  readonly wrap: boolean;
  readonly times: boolean;
}

interface Props {
  readonly choice: LogChoice;
  readonly onChoice: (choice: LogChoice) => void;
  readonly follow: boolean;
  /** Undefined where the log cannot grow within the chosen time. */
  readonly onFollow: ((follow: boolean) => void) | undefined;
  readonly layout: LogLayout;
  readonly onLayout: (layout: LogLayout) => void;
  /** The log is that of several containers, whose streams nobody tells apart. */
  readonly ofWorkload: boolean;
  readonly downloadUrl: string;
  /** The bucket; undefined where logs cannot be exported. */
  readonly exportTo: string | undefined;
  readonly onExport: (signal: AbortSignal) => AsyncIterable<ExportProgress>;
}

const STREAMS = { both: 'Both streams', stdout: 'stdout', stderr: 'stderr' } as const;
const FILTER_AFTER_MS = 300;

/** What is seen of a log, and what can be done with it. */
export function LogToolbar(props: Props): React.JSX.Element {
  const { choice, onChoice, follow, onFollow, layout, onLayout, exportTo, onExport } = props;
  const { ofWorkload, downloadUrl } = props;
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.bar} role="toolbar" aria-label="Log">
      <select
        className={styles.select}
        aria-label="Time"
        value={choice.period}
        onChange={({ currentTarget }) => onChoice({ ...choice, period: currentTarget.value as Period })}
      >
        {Object.entries(PERIODS).map(([period, label]) => (
          <option key={period} value={period}>
            {label}
          </option>
        ))}
      </select>
      {!ofWorkload && (
        <select
          className={styles.select}
          aria-label="Stream"
          value={choice.stream}
          onChange={({ currentTarget }) =>
            onChoice({ ...choice, stream: currentTarget.value as LogChoice['stream'] })
          }
        >
          {Object.entries(STREAMS).map(([stream, label]) => (
            <option key={stream} value={stream}>
              {label}
            </option>
          ))}
        </select>
      )}
      <FilterField choice={choice} onChoice={onChoice} />
      <span className={styles.gap} />
      {onFollow && (
        <>
          <span className={follow ? styles.live : styles.paused} role="status">
            {follow ? 'Live' : 'Paused'}
          </span>
          <Button
            size="sm"
            variant="secondary"
            fill="outline"
            icon={follow ? 'pause' : 'play'}
            tooltip={follow ? 'Show no new lines' : 'Read the log anew and show each line as it comes'}
            onClick={() => onFollow(!follow)}
          >
            {follow ? 'Pause' : 'Follow'}
          </Button>
        </>
      )}
      <IconButton
        name="wrap-text"
        tooltip="Wrap long lines"
        aria-label="Wrap long lines"
        aria-pressed={layout.wrap}
        variant={layout.wrap ? 'primary' : 'secondary'}
        onClick={() => onLayout({ ...layout, wrap: !layout.wrap })}
      />
      <IconButton
        name="clock-nine"
        tooltip="Show times"
        aria-label="Show times"
        aria-pressed={layout.times}
        variant={layout.times ? 'primary' : 'secondary'}
        onClick={() => onLayout({ ...layout, times: !layout.times })}
      />
      <LinkButton
        size="sm"
        variant="secondary"
        fill="outline"
        icon="download-alt"
        href={downloadUrl}
        download
        target="_self"
      >
        Download
      </LinkButton>
      {exportTo !== undefined && <LogExport bucket={exportTo} onExport={onExport} />}
    </div>
  );
}

function FilterField({ choice, onChoice }: Pick<Props, 'choice' | 'onChoice'>): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const [text, setText] = useState(choice.filter);
  useEffect(() => {
    if (text === choice.filter) {
      return undefined;
    }
    const timer = setTimeout(() => onChoice({ ...choice, filter: text }), FILTER_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, choice, onChoice]);
  return (
    <div className={styles.filter} role="search">
      <input
        className={styles.input}
        aria-label="Search the log"
        placeholder={choice.isRegex ? 'Search by regular expression (RE2)' : 'Search'}
        maxLength={256}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button
        type="button"
        className={styles.regex}
        aria-pressed={choice.isRegex}
        title="Search by a regular expression"
        onClick={() => onChoice({ ...choice, filter: text, isRegex: !choice.isRegex })}
      >
        .*
      </button>
    </div>
  );
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => {
  const field = {
    height: 24,
    border: `1px solid ${colors.border.medium}`,
    borderRadius: shape.radius.default,
    background: colors.background.primary,
    color: colors.text.primary,
    fontSize: typography.bodySmall.fontSize,
  } as const;
  return {
    bar: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: spacing(0.75),
      padding: spacing(0.5, 1.25),
      borderBottom: `1px solid ${colors.border.weak}`,
    }),
    select: css({ ...field, width: 'auto', padding: spacing(0, 0.5) }),
    filter: css({ display: 'flex', flex: '1 1 180px', maxWidth: 340 }),
    input: css({
      ...field,
      flex: 1,
      minWidth: 0,
      padding: spacing(0, 0.75),
      borderRadius: `${shape.radius.default} 0 0 ${shape.radius.default}`,
    }),
    regex: css({
      ...field,
      width: 28,
      padding: 0,
      borderLeft: 0,
      borderRadius: `0 ${shape.radius.default} ${shape.radius.default} 0`,
      fontFamily: typography.fontFamilyMonospace,
      color: colors.text.secondary,
      '&[aria-pressed="true"]': { color: colors.primary.text, background: colors.action.selected },
    }),
    gap: css({ flex: 1 }),
    live: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: spacing(0.5),
      '&::before': {
        content: '""',
        width: 8,
        height: 8,
        borderRadius: '50%',
        background: colors.success.main,
      },
    }),
    paused: css({ color: colors.text.secondary }),
  };
};
