import { css } from '@emotion/css';
import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

const ROWS_SHOWN = 500;

/** One data frame, plainly. */
export function FrameTable({ frame }: { readonly frame: DataFrame }) {
  const styles = useStyles2(getStyles);
  const rows = Array.from({ length: Math.min(frame.length, ROWS_SHOWN) }, (_, row) => row);
  return (
    <section aria-label={frame.name}>
      <h3>
        {frame.name ?? frame.refId} · {frame.length} rows
      </h3>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              {frame.fields.map((field) => (
                <th key={field.name}>{field.name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                {frame.fields.map((field) => (
                  <td key={field.name}>{show(field.values[row])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {frame.length > ROWS_SHOWN && <p>The first {ROWS_SHOWN} rows are shown.</p>}
    </section>
  );
}

function show(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
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
