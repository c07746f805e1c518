import { css, cx } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { DescribeResult } from '@toposcope/companion/protocol/actions/object.js';
import React, { useEffect, useRef, useState } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import { targetKey, type Target } from '../target';

interface Props {
  readonly client: CompanionClient;
  readonly target: Target;
}

/** All that a cluster says of an object, in the dock: its latest events, and itself as YAML. */
export function Description({ client, target }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const [round, setRound] = useState(0);
  const { description, failure } = useDescription(client, target, round);
  return (
    <div className={styles.view} role="document" aria-label={`Description of ${target.name}`} tabIndex={0}>
      <Button
        className={styles.again}
        size="sm"
        variant="secondary"
        fill="outline"
        icon="sync"
        onClick={() => setRound(round + 1)}
      >
        Look again
      </Button>
      {failure !== undefined && (
        <p className={styles.failure} role="alert">
          {failure}
        </p>
      )}
      {description && (
        <>
          <Events events={description.events} />
          <pre className={styles.text}>{description.text}</pre>
        </>
      )}
    </div>
  );
}

function Events({ events }: Pick<DescribeResult, 'events'>): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  if (events === null) {
    return <p className={styles.note}>The cluster does not let the companion see events.</p>;
  }
  if (events.length === 0) {
    return null;
  }
  return (
    <table className={styles.events} aria-label="Events">
      <tbody>
        {events.map(({ time, type, reason, message, count }, index) => (
          <tr key={index} className={cx(type === 'Warning' && styles.warning)}>
            <td>{time === '' ? '' : dateTimeFormat(Date.parse(time))}</td>
            <td>{reason}</td>
            <td>{count > 1 ? `${count} ×` : ''}</td>
            <td>{message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Known {
  readonly description?: DescribeResult;
  readonly failure?: string;
}

function useDescription(client: CompanionClient, target: Target, round: number): Known {
  const [known, setKnown] = useState<Known>({});
  const key = targetKey(target);
  const latest = useRef(target);
  latest.current = target;
  useEffect(() => {
    const { object } = latest.current;
    if (object === undefined) {
      return undefined;
    }
    const stop = new AbortController();
    client.describe(object, stop.signal).then(
      (description) => setKnown({ description }),
      (error: unknown) => {
        if (!stop.signal.aborted) {
          setKnown({ failure: error instanceof Error ? error.message : String(error) });
        }
      },
    );
    return () => stop.abort();
  }, [client, key, round]);
  return known;
}

const getStyles = ({ colors, spacing, typography }: GrafanaTheme2) => ({
  view: css({ position: 'relative', flex: 1, minHeight: 0, overflow: 'auto', padding: spacing(0.75, 1.5) }),
  again: css({ position: 'absolute', top: spacing(0.75), right: spacing(1.5) }),
  events: css({
    width: 'auto',
    marginBottom: spacing(1),
    '& td': { padding: spacing(0.125, 1.5, 0.125, 0), verticalAlign: 'top' },
    '& td:last-child': { overflowWrap: 'anywhere' },
  }),
  warning: css({ color: colors.warning.text }),
  note: css({ margin: 0, color: colors.text.secondary }),
  failure: css({ margin: 0, color: colors.error.text }),
  text: css({
    margin: 0,
    padding: 0,
    border: 0,
    background: 'none',
    fontFamily: typography.fontFamilyMonospace,
    fontSize: 12,
    lineHeight: '18px',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  }),
});
