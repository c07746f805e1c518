import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Input, useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';
import { Section } from './card';
import { withPart, type NamedValue } from './named-values';

/** More of them are looked for rather than read. */
const MOST_READ = 8;

interface Props {
  /** What the rows are, such as `Labels`. */
  readonly title: string;
  readonly rows: readonly NamedValue[];
}

/** Names and their values; many can be searched. Nothing where there are none. */
export function NamedValueTable({ title, rows }: Props): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  const [part, setPart] = useState('');
  if (rows.length === 0) {
    return null;
  }
  const isLong = rows.length > MOST_READ;
  const shown = isLong ? withPart(rows, part) : rows;
  return (
    <Section title={isLong ? `${title} (${rows.length})` : title}>
      {isLong && (
        <Input
          className={styles.field}
          aria-label={`Part of a name or value of ${title}`}
          placeholder="Part of a name or value"
          value={part}
          onChange={({ currentTarget }) => setPart(currentTarget.value)}
        />
      )}
      <table className={styles.table} aria-label={title}>
        <tbody>
          {shown.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p role="status">None of them holds that.</p>}
    </Section>
  );
}

const getStyles = ({ colors, spacing, typography }: GrafanaTheme2) => ({
  field: css({ marginBottom: spacing(0.5) }),
  table: css({
    width: '100%',
    tableLayout: 'fixed',
    borderCollapse: 'collapse',
    '& th, & td': {
      padding: spacing(0.375, 0),
      borderTop: `1px solid ${colors.border.weak}`,
      textAlign: 'left',
      verticalAlign: 'top',
      overflowWrap: 'anywhere',
    },
    '& th': {
      width: '45%',
      paddingRight: spacing(1),
      color: colors.text.secondary,
      fontWeight: typography.fontWeightRegular,
    },
  }),
});
