import type { Column, Row } from '../table/columns';

/** Numbers as they are: a spreadsheet adds up nothing that has its unit beside it. */
export function csvOfTable(columns: readonly Column[], rows: readonly Row[]): Blob {
  const heads = columns.map(({ label, unit }) => {
    const written = unit === undefined ? '' : (UNITS[unit] ?? unit);
    return written === '' ? label : `${label} (${written})`;
  });
  const cells = rows.map((row) =>
    columns.map(({ unit, sortValue, text }) =>
      unit === undefined ? text(row, () => '') : String(sortValue(row) ?? ''),
    ),
  );
  return csvOf([heads, ...cells]);
}

/** How Grafana's unit ids are written in a head; others as they are. */
const UNITS: Readonly<Record<string, string>> = {
  short: '',
  none: '',
  percentunit: 'share',
  percent: '%',
  Bps: 'bytes/s',
  s: 'seconds',
  'suffix:cores': 'cores',
};

/** Rows as comma-separated values (RFC 4180). */
function csvOf(rows: readonly (readonly string[])[]): Blob {
  const text = rows.map((cells) => cells.map(quoted).join(',')).join('\r\n');
  return new Blob([`${text}\r\n`], { type: 'text/csv' });
}

/** A spreadsheet would take a cell that begins so for a formula. */
function quoted(cell: string): string {
  const plain = /^[=+\-@\t\r]/.test(cell) && !/^-?[\d.]+$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
