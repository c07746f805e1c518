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
  const zone = timeZone === 'browser' || timeZone === '' ? undefined : timeZone === 'utc' ? 'UTC' : timeZone;
  const moment = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'medium',
    timeZone: zone,
  });
  return `${moment.format(seconds * 1000)} (${formatAge(now - seconds)})`;
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
