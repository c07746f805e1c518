import { formattedValueToString, getValueFormat } from '@grafana/data';

/** What stands where nothing was measured. */
export const UNMEASURED = '–';

/** @param unit A unit id of Grafana. */
export function formatValue(value: number | null, unit: string): string {
  if (value === null || !Number.isFinite(value)) {
    return UNMEASURED;
  }
  return formattedValueToString(getValueFormat(unit)(value, decimalsFor(value, unit)));
}

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

/** Whole numbers of things stay whole; shares get enough digits to tell small ones from none. */
function decimalsFor(value: number, unit: string): number | undefined {
  if (unit === 'percentunit') {
    return Math.abs(value) < 0.1 && value !== 0 ? 2 : 1;
  }
  if (unit === 'short' || unit === 'none') {
    return Number.isInteger(value) ? 0 : 2;
  }
  return undefined;
}
