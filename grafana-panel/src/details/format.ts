import { formattedValueToString, getValueFormat } from '@grafana/data';
import { UNMEASURED } from './unmeasured';

/** @param unit A unit id of Grafana. */
export function formatValue(value: number | null, unit: string): string {
  if (value === null || !Number.isFinite(value)) {
    return UNMEASURED;
  }
  return formattedValueToString(getValueFormat(unit)(value, decimalsFor(value, unit)));
}

/** Whole numbers of things stay whole; shares get enough digits to tell small ones from none. */
function decimalsFor(value: number, unit: string): number | undefined {
  if (unit === 'percentunit') {
    return Number.isInteger(value * 100) ? 0 : Math.abs(value) < 0.1 ? 2 : 1;
  }
  if (unit === 'short' || unit === 'none') {
    return Number.isInteger(value) ? 0 : 2;
  }
  return undefined;
}
