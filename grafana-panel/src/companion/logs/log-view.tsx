import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2, useTheme2 } from '@grafana/ui';
import React, { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import { useCompanionRange } from '../companion-context';
import type { Target } from '../target';
import { terminalLook } from '../terminal/terminal-look';
import { useCapabilities } from '../use-capabilities';
import { LogRow } from './log-row';
import { canFollow, logSelection, type LogChoice } from './log-selection';
import { markPattern } from './log-text';
import { LogToolbar, type LogLayout } from './log-toolbar';
import { MOST_LINES, useLog, type ShownLog } from './use-log';

interface Props {
  readonly client: CompanionClient;
  readonly target: Target;
  readonly shown: boolean;
}

const FIRST_CHOICE: LogChoice = { period: 'tail', stream: 'both', filter: '', isRegex: false };

/** The log of a container, or of all containers of a pod or service, in the dock. */
export function LogView({ client, target, shown }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const [choice, setChoice] = useState(FIRST_CHOICE);
  const [follow, setFollow] = useState(true);
  const [layout, setLayout] = useState<LogLayout>({ wrap: true, times: true });
  const range = useCompanionRange();
  const selection = useSelection(choice, range);
  const log = useLog(client, target, selection, follow && canFollow(choice));
  const { capabilities } = useCapabilities(client, target);
  const pattern = useMemo(() => markPattern(choice.filter, choice.isRegex), [choice]);
  const colors = useMemo(() => terminalLook(theme).colors, [theme]);
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);

  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null || !shown) {
      return;
    }
    if (atEnd) {
      current.scrollTo({ top: current.scrollHeight });
    } else if (current.scrollHeight <= current.clientHeight) {
      // Few lines are left, and all of them are seen: no scroll will tell.
      setAtEnd(true);
    }
  }, [log.lines, atEnd, shown, layout]);

  return (
    <div className={styles.view}>
      <LogToolbar
        choice={choice}
        onChoice={setChoice}
        follow={follow && canFollow(choice)}
        onFollow={canFollow(choice) ? setFollow : undefined}
        layout={layout}
        onLayout={setLayout}
        ofWorkload={target.object !== undefined}
        downloadUrl={
          target.object === undefined
            ? client.downloadUrl(target.host, target.container, selection)
            : client.workloadLogsUrl(target.object, selection)
        }
        exportTo={
          capabilities?.allowed.includes('export-logs') === true
            ? (capabilities.exportTo ?? undefined)
            : undefined
        }
        onExport={(signal) => client.exportLogs(target.host, target.container, selection, signal)}
      />
      <div
        ref={scroller}
        className={styles.lines}
        role="log"
        aria-label={`Log of ${target.name}`}
        aria-live="off"
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < 24)
        }
      >
        {log.dropped > 0 && (
          <div className={styles.note}>
            {log.dropped.toLocaleString('en')} older lines are not shown: choose a shorter time, a filter, or
            download it.
          </div>
        )}
        {log.lines.map((line) => (
          <LogRow key={line.number} line={line} pattern={pattern} colors={colors} layout={layout} />
        ))}
        <LogEnd log={log} filtered={choice.filter !== ''} />
      </div>
      {!atEnd && (
        <Button
          className={styles.jump}
          size="sm"
          variant="primary"
          icon="arrow-down"
          onClick={() => setAtEnd(true)}
        >
          Newest
        </Button>
      )}
    </div>
  );
}

/** The moment of a choice, not of each drawing, or the log would be read anew for ever. */
function useSelection(choice: LogChoice, range: { from: number; to: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => setNow(Date.now()), [choice]);
  const { from, to } = choice.period === 'dashboard' ? range : NO_RANGE;
  return useMemo(() => logSelection(choice, now, { from, to }), [choice, now, from, to]);
}

const NO_RANGE = { from: 0, to: 0 };

function LogEnd({
  log,
  filtered,
}: {
  readonly log: ShownLog;
  readonly filtered: boolean;
}): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  if (log.failure !== undefined) {
    return (
      <div className={styles.failure} role="alert">
        {log.failure}
      </div>
    );
  }
  if (log.lines.length >= MOST_LINES || (log.lines.length > 0 && log.phase !== 'ended')) {
    return null;
  }
  const nothing = filtered ? 'No line matches.' : 'Nothing has been logged in this time.';
  return (
    <div className={styles.note}>
      {log.lines.length > 0
        ? 'End of the log.'
        : log.phase === 'reading'
          ? 'Reading …'
          : `${nothing}${log.phase === 'following' ? ' Waiting for the next line …' : ''}`}
    </div>
  );
}

const getStyles = ({ colors, spacing, typography }: GrafanaTheme2) => ({
  view: css({ position: 'relative', flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }),
  lines: css({
    flex: 1,
    minHeight: 0,
    overflow: 'auto',
    padding: spacing(0.5, 0),
    fontFamily: typography.fontFamilyMonospace,
    fontSize: 12,
    lineHeight: '18px',
  }),
  note: css({ padding: spacing(0.5, 1.5), color: colors.text.secondary, fontFamily: typography.fontFamily }),
  failure: css({ padding: spacing(0.5, 1.5), color: colors.error.text, fontFamily: typography.fontFamily }),
  jump: css({ position: 'absolute', right: 24, bottom: 12 }),
});
