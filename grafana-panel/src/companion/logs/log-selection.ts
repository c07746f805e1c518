import type { LogSelection } from 'toposcope-topology-datasource/companion/companion-client';

/** What the user chose to see of a log. */
export interface LogChoice {
  readonly period: Period;
  readonly stream: 'both' | 'stdout' | 'stderr';
  readonly filter: string;
  readonly isRegex: boolean;
}

export const PERIODS = {
  tail: 'Last 1,000 lines',
  '5m': 'Last 5 minutes',
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  dashboard: 'Dashboard’s time range',
  all: 'Everything',
} as const;
export type Period = keyof typeof PERIODS;

const SECONDS: Partial<Record<Period, number>> = { '5m': 300, '1h': 3_600, '24h': 86_400 };
const TAIL_LINES = 1_000;

/** The choice as the gateway takes it. Times are Unix milliseconds. */
export function logSelection(
  { period, stream, filter, isRegex }: LogChoice,
  now: number,
  range: { readonly from: number; readonly to: number },
): LogSelection {
  const seconds = SECONDS[period];
  return {
    ...(period === 'tail' ? { tail: TAIL_LINES } : {}),
    ...(seconds === undefined ? {} : { since: unixSeconds(now - seconds * 1000) }),
    ...(period === 'dashboard' ? { since: unixSeconds(range.from), until: unixSeconds(range.to) } : {}),
    ...(stream === 'both' ? {} : { stream }),
    ...(filter === '' ? {} : { [isRegex ? 'regex' : 'grep']: filter }),
  };
}

/** Whether the log can grow within the chosen time. */
export function canFollow({ period }: LogChoice): boolean {
  return period !== 'dashboard';
}

function unixSeconds(milliseconds: number): string {
  return (Math.max(0, milliseconds) / 1000).toFixed(3);
}
