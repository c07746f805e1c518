import { describe, expect, it } from 'vitest';
import { momentOf } from './moment';

const BASE = 1_700_000_000_000;

describe('momentOf', () => {
  it.each([
    ['', undefined],
    [undefined, undefined],
    ['1699999000000', 1_699_999_000_000],
    ['15m', BASE - 900_000],
    [' 1h30m ', BASE - 5_400_000],
    ['7d', BASE - 604_800_000],
    ['1d2h', BASE - 93_600_000],
  ])('%s is %s', (text, moment) => {
    expect(momentOf(text, BASE)).toBe(moment);
  });

  it.each(['yesterday', '15', 'd', '-1h', '1h ago', '$moment'])('refuses %s', (text) => {
    expect(() => momentOf(text, BASE)).toThrow(`“${text}” is no moment`);
  });
});
