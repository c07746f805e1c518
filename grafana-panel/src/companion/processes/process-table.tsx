import { css } from '@emotion/css';
import { formattedValueToString, getValueFormat, type GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';
import type { ProcessEntry } from '@toposcope/companion/protocol/actions/observe.js';
import { signalSchema, type Signal } from '@toposcope/companion/protocol/names.js';
import React, { useState } from 'react';

interface Props {
  /** Undefined until they are known. */
  readonly processes: readonly ProcessEntry[] | undefined;
  /** Undefined where the user may not. */
  readonly onSignal: ((process: ProcessEntry, signal: Signal) => void) | undefined;
  readonly onRestart: ((process: ProcessEntry) => void) | undefined;
}

const COLUMNS = {
  containerPid: {
    label: 'PID',
    title: 'As the container sees it',
    value: (each: ProcessEntry) => each.containerPid,
  },
  name: { label: 'Process', title: 'Its name and command', value: (each: ProcessEntry) => each.name },
  state: { label: 'State', title: 'What it does now', value: (each: ProcessEntry) => stateName(each.state) },
  runSeconds: {
    label: 'Runs for',
    title: 'Since it started',
    value: (each: ProcessEntry) => each.runSeconds,
  },
  cpuCores: { label: 'CPU', title: 'Of one processor, now', value: (each: ProcessEntry) => each.cpuCores },
  residentBytes: { label: 'Memory', title: 'Resident', value: (each: ProcessEntry) => each.residentBytes },
} as const;
type Column = keyof typeof COLUMNS;

/** Processes, sorted by a click on a column's name. */
export function ProcessTable({ processes, onSignal, onRestart }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const [order, setOrder] = useState<{ column: Column; falling: boolean }>({
    column: 'containerPid',
    falling: false,
  });
  if (processes === undefined) {
    return <p className={styles.quiet}>Looking …</p>;
  }
  const sorted = sortedBy(processes, order.column, order.falling);
  const acts = onSignal !== undefined || onRestart !== undefined;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          {(Object.keys(COLUMNS) as Column[]).map((column) => (
            <th
              key={column}
              scope="col"
              aria-sort={order.column === column ? (order.falling ? 'descending' : 'ascending') : undefined}
            >
              <button
                type="button"
                className={styles.sort}
                title={COLUMNS[column].title}
                onClick={() =>
                  setOrder({ column, falling: order.column === column ? !order.falling : isFigure(column) })
                }
              >
                {COLUMNS[column].label}
                {order.column === column && (order.falling ? ' ↓' : ' ↑')}
              </button>
            </th>
          ))}
          {acts && <th scope="col" aria-label="Actions" />}
        </tr>
      </thead>
      <tbody>
        {sorted.map((process) => (
          <tr key={`${process.pid} ${process.startTicks}`}>
            <td>{process.containerPid}</td>
            <td title={process.commandLine.join(' ')}>
              <span className={styles.name}>{process.name}</span>
              <span className={styles.command}>{process.commandLine.join(' ')}</span>
            </td>
            <td>{stateName(process.state)}</td>
            <td>{formatted('dtdhms', process.runSeconds, 0)}</td>
            <td>{formatted('percentunit', process.cpuCores, 1)}</td>
            <td>{formatted('bytes', process.residentBytes, 1)}</td>
            {acts && (
              <td>
                <div className={styles.actions}>
                  {onRestart && !isZombie(process) && (
                    <IconButton
                      name="sync"
                      tooltip="Restart this process"
                      aria-label={`Restart ${process.name} ${process.containerPid}`}
                      onClick={() => onRestart(process)}
                    />
                  )}
                  {onSignal && !isZombie(process) && <SignalPicker process={process} onSignal={onSignal} />}
                </div>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SignalPicker({
  process,
  onSignal,
}: {
  readonly process: ProcessEntry;
  readonly onSignal: (process: ProcessEntry, signal: Signal) => void;
}): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <select
      className={styles.signal}
      aria-label={`Send a signal to ${process.name} ${process.containerPid}`}
      value=""
      onChange={({ currentTarget }) => {
        const signal = signalSchema.safeParse(currentTarget.value);
        if (signal.success) {
          onSignal(process, signal.data);
        }
      }}
    >
      <option value="">Signal …</option>
      {signalSchema.options.map((signal) => (
        <option key={signal}>{signal}</option>
      ))}
    </select>
  );
}

function sortedBy(
  processes: readonly ProcessEntry[],
  column: Column,
  falling: boolean,
): readonly ProcessEntry[] {
  const { value } = COLUMNS[column];
  const sign = falling ? -1 : 1;
  return [...processes].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    return (
      sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)))
    );
  });
}

function isFigure(column: Column): boolean {
  return column !== 'name' && column !== 'state';
}

/** The letters of proc(5), /proc/pid/stat. */
const STATES: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting for a disk',
  Z: 'zombie',
  T: 'stopped',
  t: 'traced',
  I: 'idle',
  X: 'dead',
};

/** It has ended, and nothing can be done to it any more. */
function isZombie({ state }: ProcessEntry): boolean {
  return state === 'Z';
}

function stateName(letter: string): string {
  return STATES[letter] ?? letter;
}

function formatted(unit: string, value: number, decimals: number): string {
  return formattedValueToString(getValueFormat(unit)(value, decimals));
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  quiet: css({ color: colors.text.secondary }),
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    fontVariantNumeric: 'tabular-nums',
    '& th': {
      position: 'sticky',
      top: -4,
      padding: spacing(0.25, 1.5, 0.25, 0),
      background: colors.background.canvas,
      textAlign: 'left',
      whiteSpace: 'nowrap',
      zIndex: 1,
    },
    '& td': {
      padding: spacing(0.375, 1.5, 0.375, 0),
      borderTop: `1px solid ${colors.border.weak}`,
      whiteSpace: 'nowrap',
    },
    '& td:nth-of-type(2)': { width: '99%', maxWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' },
    '& tbody tr:hover': { background: colors.action.hover },
  }),
  sort: css({
    padding: 0,
    border: 0,
    background: 'none',
    font: 'inherit',
    fontSize: 11,
    color: colors.text.secondary,
    '&:hover': { color: colors.text.primary },
  }),
  name: css({ marginRight: spacing(1), fontWeight: typography.fontWeightMedium }),
  command: css({ color: colors.text.secondary, fontFamily: typography.fontFamilyMonospace, fontSize: 11 }),
  actions: css({ display: 'flex', alignItems: 'center', gap: spacing(0.75) }),
  signal: css({
    width: 'auto',
    height: 22,
    border: `1px solid ${colors.border.medium}`,
    borderRadius: shape.radius.default,
    background: colors.background.primary,
    color: colors.text.secondary,
    fontSize: 11,
  }),
});
