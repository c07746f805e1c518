import { describe, expect, it } from 'vitest';
import { logSelection, type LogChoice } from './log-selection';

const NOW = 1_700_000_000_000;
const RANGE = { from: 1_600_000_000_000, to: 1_600_000_060_500 };
const ALL: LogChoice = { period: 'all', stream: 'both', filter: '', isRegex: false };

describe('logSelection', () => {
  it.each<[string, Partial<LogChoice>, object]>([
    ['everything', {}, {}],
    ['the last lines', { period: 'tail' }, { tail: 1000 }],
    ['the last hour', { period: '1h' }, { since: '1699996400.000' }],
    ['the dashboard’s time', { period: 'dashboard' }, { since: '1600000000.000', until: '1600000060.500' }],
    ['one stream', { stream: 'stderr' }, { stream: 'stderr' }],
    ['lines with a text', { filter: 'a.b' }, { grep: 'a.b' }],
    ['lines that match', { filter: 'a.b', isRegex: true }, { regex: 'a.b' }],
  ])('asks for %s', (_, choice, selection) => {
    expect(logSelection({ ...ALL, ...choice }, NOW, RANGE)).toEqual(selection);
  });
});
