import type { FamilyBlock, FamilyHeading } from './family-block.js';

/** The two formats that Prometheus reads as text. */
export type TextFormat = 'prometheus' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Writes blocks with their headings: Prometheus text 0.0.4, or OpenMetrics 1.0 with its `# EOF`. */
export function writeExposition(blocks: Iterable<FamilyBlock>, format: TextFormat): Buffer {
  const parts: Uint8Array[] = [];
  for (const { heading, lines } of blocks) {
    parts.push(Buffer.from(writeHeading(heading, format)), ...lines);
  }
  if (format === 'openmetrics') {
    parts.push(Buffer.from('# EOF\n'));
  }
  return Buffer.concat(parts);
}

/** Writes a number as both formats (and Go's ParseFloat) read it. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) {
    return String(value);
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/**
 * OpenMetrics names a counter's family without the `_total` of its samples, asks for TYPE before HELP's text to have
 * its quotes escaped too, and knows no counter whose samples lack `_total`.
 */
function writeHeading({ name, type, help }: FamilyHeading, format: TextFormat): string {
  if (format === 'prometheus') {
    return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  }
  const isTotal = type === 'counter' && name.endsWith('_total');
  const family = isTotal ? name.slice(0, -'_total'.length) : name;
  const written = type === 'counter' && !isTotal ? 'unknown' : type;
  return `# TYPE ${family} ${written}\n# HELP ${family} ${escapeHelp(help).replaceAll('"', '\\"')}\n`;
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
