/**
 * Which tabs fit into a row, in their order; the rest goes into a menu at its end. The chosen one always stays, in the
 * place of the last that would have fitted.
 *
 * @param widths Of the tabs, CSS pixels, the gaps after them included.
 * @param room Of the row.
 * @param menu Width of the menu's button, which is there only when something does not fit.
 * @param chosen Index of the chosen tab; undefined: none.
 * @returns Indexes into `widths`.
 */
export function fittingTabs(
  widths: readonly number[],
  room: number,
  menu: number,
  chosen: number | undefined,
): readonly number[] {
  const all = widths.map((_, index) => index);
  if (sumOf(widths) <= room) {
    return all;
  }
  const kept = chosen === undefined ? 0 : (widths[chosen] ?? 0);
  let left = room - menu - kept;
  const others: number[] = [];
  for (const index of all.filter((candidate) => candidate !== chosen)) {
    left -= widths[index] ?? 0;
    if (left < 0) {
      break;
    }
    others.push(index);
  }
  return chosen === undefined ? others : [...others, chosen].sort((a, b) => a - b);
}

function sumOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0);
}
