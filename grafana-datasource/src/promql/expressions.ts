import type { Family } from '@toposcope/exporter/contract/family.js';
import { type Matcher, selector } from './selector';

/** Stands for the window that suits the step of a range query; the data source fills it in. */
export const RANGE_WINDOW = '$__rate_interval';

export function rateOf(
  family: Family,
  matchers: readonly Matcher[],
  window: string = RANGE_WINDOW,
  part = '',
): string {
  return `rate(${selector(family, matchers, part)}[${window}])`;
}

export function sumOfRates(family: Family, matchers: readonly Matcher[]): string {
  return `sum(${rateOf(family, matchers)})`;
}

export function sumOf(family: Family, matchers: readonly Matcher[]): string {
  return `sum(${selector(family, matchers)})`;
}
