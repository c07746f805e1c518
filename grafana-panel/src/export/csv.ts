/** Rows as comma-separated values (RFC 4180). */
export function csvOf(rows: readonly (readonly string[])[]): Blob {
  const text = rows.map((cells) => cells.map(quoted).join(',')).join('\r\n');
  return new Blob([`${text}\r\n`], { type: 'text/csv' });
}

/** A spreadsheet would take a cell that begins so for a formula. */
function quoted(cell: string): string {
  const plain = /^[=+\-@\t\r]/.test(cell) && !/^-?[\d.]+$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
