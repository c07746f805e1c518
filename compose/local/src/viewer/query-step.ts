/** What Grafana's server takes as the scrape interval where the data source says nothing else. */
const SCRAPE_INTERVAL_MS = 5_000;
/** Prometheus refuses a range query that would give more points a series. */
const MOST_POINTS = 11_000;

/** The step of a range query in milliseconds: as fine as asked, no finer than the points that are wanted. */
export function stepOf(
  query: {
    readonly interval?: string | undefined;
    readonly intervalMs: number;
    readonly maxDataPoints: number;
  },
  rangeMs: number,
): number {
  const asked = query.interval === undefined ? undefined : durationMs(query.interval);
  return Math.max(
    asked ?? query.intervalMs,
    Math.ceil(rangeMs / query.maxDataPoints),
    Math.ceil(rangeMs / MOST_POINTS),
    1_000,
  );
}

/** Both ends on multiples of the step, so that the points stay where they are as time goes on. */
export function alignedRange(from: number, to: number, stepMs: number): { start: number; end: number } {
  return { start: Math.floor(from / stepMs) * stepMs, end: Math.floor(to / stepMs) * stepMs };
}

/** Replaces `$__interval`, `$__rate_interval` and `$__range`, with or without braces, as Grafana's server does. */
export function interpolateIntervals(expr: string, stepMs: number, rangeMs: number): string {
  const values: Record<string, string> = {
    interval: `${Math.ceil(stepMs / 1000)}s`,
    interval_ms: String(stepMs),
    rate_interval: `${Math.ceil(Math.max(stepMs + SCRAPE_INTERVAL_MS, 4 * SCRAPE_INTERVAL_MS) / 1000)}s`,
    range: `${Math.round(rangeMs / 1000)}s`,
    range_s: String(Math.round(rangeMs / 1000)),
    range_ms: String(rangeMs),
  };
  return expr.replace(
    /\$__(\w+)|\$\{__(\w+)\}/g,
    (reference, plain?: string, braced?: string) => values[plain ?? braced ?? ''] ?? reference,
  );
}

function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const [, amount, unit] = match ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * UNIT_MS[unit as Unit];
}

type Unit = 'ms' | 's' | 'm' | 'h' | 'd';
const UNIT_MS: Readonly<Record<Unit, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
