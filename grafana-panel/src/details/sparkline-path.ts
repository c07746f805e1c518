import type { Sample } from './topology-source';

export interface SparklinePath {
  /** SVG path data of the line; gaps where there is no sample. */
  readonly line: string;
  /** The same, closed down to the base. */
  readonly area: string;
}

/**
 * A series as a path in a box, from zero to the highest value or the ceiling if that is higher.
 *
 * @param ceiling A limit to draw against; null: none.
 */
export function sparklinePath(
  samples: readonly Sample[],
  width: number,
  height: number,
  ceiling: number | null,
): SparklinePath {
  const first = samples[0]?.time ?? 0;
  const span = (samples.at(-1)?.time ?? 0) - first || 1;
  const top = Math.max(ceiling ?? 0, ...samples.map(({ value }) => value ?? 0)) || 1;
  let line = '';
  let area = '';
  let open: string | undefined;
  let lastX = '';
  const close = () => {
    if (open !== undefined) {
      area += `L${lastX} ${height}Z`;
      open = undefined;
    }
  };
  for (const { time, value } of samples) {
    if (value === null || !Number.isFinite(value)) {
      close();
      continue;
    }
    const x = round(((time - first) / span) * width);
    const y = round(height - (Math.max(0, value) / top) * height);
    line += `${open === undefined ? 'M' : 'L'}${x} ${y}`;
    area += open === undefined ? `M${x} ${height}L${x} ${y}` : `L${x} ${y}`;
    open = x;
    lastX = x;
  }
  close();
  return { line, area };
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
