import { UNMEASURED } from './unmeasured';

/**
 * `2026-11-21 02:04:19 (3 hours ago)`.
 *
 * @param seconds Since the epoch, as `now`.
 * @param timeZone As Grafana names it: `browser`, `utc` or a name of the time zone database.
 */
export function formatMoment(seconds: number, now: number, timeZone: string): string {
  if (!Number.isFinite(seconds)) {
    return UNMEASURED;
  }
  return `${formatInstant(seconds * 1000, timeZone)} (${formatAge(now - seconds)})`;
}

/**
 * `2026-11-21 02:04:19`.
 *
 * @param milliseconds Since the epoch.
 */
export function formatInstant(milliseconds: number, timeZone: string): string {
  const zone = timeZone === 'browser' || timeZone === '' ? undefined : timeZone === 'utc' ? 'UTC' : timeZone;
  const style = { dateStyle: 'short', timeStyle: 'medium', timeZone: zone } as const;
  return new Intl.DateTimeFormat('sv-SE', style).format(milliseconds);
}

const AGES = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
] as const;

export function formatAge(seconds: number): string {
  for (const age of AGES) {
    const count = Math.floor(seconds / age.seconds);
    if (count >= 1) {
      return `${count} ${age.unit}${count === 1 ? '' : 's'} ago`;
    }
  }
  return seconds >= 0 ? 'just now' : 'in the future';
}
