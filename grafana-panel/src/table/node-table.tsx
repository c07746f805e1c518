import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo, useRef, useState } from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { formatValue } from '../details/format';
import { columnsOf, rowsOf, sorted, type Column } from './columns';

interface Props {
  readonly topology: Topology;
  /** Only these; undefined: all. */
  readonly matches: ReadonlySet<string> | undefined;
  readonly sort: string;
  readonly selected: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly onSort: (sort: string) => void;
  readonly onOpen: (id: string) => void;
}

const ROW_HEIGHT = 30;
/** Rows beyond the visible ones that are in the page. */
const MARGIN_ROWS = 12;

/** The same nodes as rows: as many as there are, but in the page only those near the visible ones. */
export function NodeTable(props: Props): React.JSX.Element {
  const { topology, matches, sort, selected, width, height, onSort, onOpen } = props;
  const styles = useStyles2(getStyles);
  const [scroll, setScroll] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const columns = useMemo(() => columnsOf(topology), [topology]);
  const rows = useMemo(() => {
    const all = rowsOf(topology);
    return sorted(matches ? all.filter(({ node }) => matches.has(node.id)) : all, columns, sort);
  }, [topology, matches, columns, sort]);
  const first = Math.max(0, Math.floor(scroll / ROW_HEIGHT) - MARGIN_ROWS);
  const shown = rows.slice(first, first + Math.ceil(height / ROW_HEIGHT) + 2 * MARGIN_ROWS);
  const after = rows.length - first - shown.length;

  return (
    <div
      ref={frame}
      className={styles.frame}
      style={{ width, height }}
      data-body
      tabIndex={0}
      role="region"
      aria-label="Nodes as a table"
      onScroll={({ currentTarget }) => setScroll(currentTarget.scrollTop)}
    >
      <table className={styles.table} aria-rowcount={rows.length + 1} data-testid="toposcope-table">
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <HeaderCell key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns.length} />
          {shown.map((row, index) => (
            <tr
              key={row.node.id}
              aria-rowindex={first + index + 2}
              className={cx(styles.row, row.node.id === selected && styles.selected)}
            >
              {columns.map(({ key, unit, text }, at) =>
                at === 0 ? (
                  <th key={key} scope="row">
                    <button type="button" className={styles.open} onClick={() => onOpen(row.node.id)}>
                      {text(row, formatValue)}
                    </button>
                  </th>
                ) : (
                  <td
                    key={key}
                    className={cx(unit !== undefined && styles.number)}
                    title={text(row, formatValue)}
                  >
                    {text(row, formatValue)}
                  </td>
                ),
              )}
            </tr>
          ))}
          <Gap rows={after} columns={columns.length} />
        </tbody>
      </table>
      {rows.length === 0 && <p className={styles.nothing}>Nothing here matches the search.</p>}
    </div>
  );
}

function HeaderCell({
  column: { key, label, unit },
  sort,
  onSort,
}: {
  readonly column: Column;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const isNumber = unit !== undefined;
  const isSorted = sort.replace(/^-/, '') === key || (sort === '' && key === 'name');
  const descending = sort.startsWith('-');
  // Of numbers the greatest are looked for first.
  const next = isSorted ? (descending ? key : `-${key}`) : isNumber ? `-${key}` : key;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (descending ? 'descending' : 'ascending') : undefined}
      className={cx(isNumber && styles.number)}
    >
      <button type="button" className={styles.sort} onClick={() => onSort(next)}>
        {label}
        <span aria-hidden="true">{isSorted ? (descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

/** The room of rows that are not in the page. */
function Gap({
  rows,
  columns,
}: {
  readonly rows: number;
  readonly columns: number;
}): React.JSX.Element | null {
  return rows > 0 ? (
    <tr aria-hidden="true" style={{ height: rows * ROW_HEIGHT }}>
      <td colSpan={columns} />
    </tr>
  ) : null;
}

const getStyles = ({ colors, spacing, typography }: GrafanaTheme2) => ({
  frame: css({
    overflow: 'auto',
    '&:focus-visible': { outline: `2px solid ${colors.primary.border}`, outlineOffset: -2 },
  }),
  table: css({
    minWidth: '100%',
    borderCollapse: 'separate',
    borderSpacing: 0,
    fontSize: typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
    '& th, & td': {
      height: ROW_HEIGHT,
      padding: spacing(0, 1.25),
      borderBottom: `1px solid ${colors.border.weak}`,
      whiteSpace: 'nowrap',
      textAlign: 'left',
      maxWidth: 280,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
    },
    '& thead th': {
      position: 'sticky',
      top: 0,
      zIndex: 1,
      background: colors.background.secondary,
      color: colors.text.secondary,
      fontWeight: typography.fontWeightMedium,
    },
    '& tbody th': { fontWeight: typography.fontWeightRegular },
  }),
  row: css({ '&:hover': { background: colors.action.hover } }),
  selected: css({ background: colors.action.selected }),
  number: css({ '&&': { textAlign: 'right' } }),
  warning: css({ color: colors.warning.text }),
  critical: css({ color: colors.error.text }),
  open: css({
    maxWidth: '100%',
    padding: 0,
    border: 0,
    background: 'none',
    color: colors.text.link,
    font: 'inherit',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    cursor: 'pointer',
    '&:hover': { textDecoration: 'underline' },
  }),
  sort: css({
    padding: 0,
    border: 0,
    background: 'none',
    font: 'inherit',
    color: 'inherit',
    cursor: 'pointer',
  }),
  nothing: css({ padding: spacing(2), color: colors.text.secondary }),
});
