import { css } from '@emotion/css';
import {
  formattedValueToString,
  getDisplayProcessor,
  getFieldDisplayName,
  type DataFrame,
  type DisplayProcessor,
  type Field,
  type GrafanaTheme2,
} from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';

const ROWS_SHOWN = 500;

/** One data frame, its values in the units of its fields; of a log the newest lines, the last one first. */
export function FrameTable({ frame }: { readonly frame: DataFrame }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const columns = useMemo(
    () =>
      frame.fields.filter(isShown).map((field) => ({
        field,
        name: getFieldDisplayName(field, frame),
        display: getDisplayProcessor({ field, theme }),
      })),
    [frame, theme],
  );
  const isLog = frame.meta?.preferredVisualisationType === 'logs';
  const rows = Array.from({ length: Math.min(frame.length, ROWS_SHOWN) }, (_, row) =>
    isLog ? frame.length - 1 - row : row,
  );
  return (
    <section aria-label={frame.name}>
      <h3>
        {frame.name ?? frame.refId} · {frame.length} rows
      </h3>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              {columns.map(({ field, name }) => (
                <th key={field.name} title={field.name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                {columns.map(({ field, display }) => (
                  <td key={field.name}>{show(field.values[row], display)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {frame.length > ROWS_SHOWN && (
        <p>
          The {isLog ? 'newest' : 'first'} {ROWS_SHOWN} rows are shown.
        </p>
      )}
    </section>
  );
}

/** As Grafana's tables do. */
function isShown({ config }: Field): boolean {
  const { hideFrom } = (config.custom ?? {}) as { hideFrom?: { viz?: boolean } };
  return hideFrom?.viz !== true;
}

function show(value: unknown, display: DisplayProcessor): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (typeof value === 'object') {
    // Labels, as a log's frame has them.
    return Object.entries(value)
      .map(([name, text]) => `${name}=${String(text)}`)
      .join(', ');
  }
  return typeof value === 'string' ? value : formattedValueToString(display(value));
}

const getStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ overflow: 'auto', maxHeight: '60vh', border: `1px solid ${theme.colors.border.weak}` }),
  table: css({
    fontSize: theme.typography.bodySmall.fontSize,
    'th, td': {
      padding: theme.spacing(0.5, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      whiteSpace: 'nowrap',
    },
    th: { position: 'sticky', top: 0, background: theme.colors.background.secondary, textAlign: 'left' },
  }),
});
