import { describe, expect, it } from 'vitest';
import { durationSeconds, rateWindow } from './rate-window';

describe('rateWindow', () => {
  it.each([
    ['four scrapes', 15, 0, '60s'],
    ['a step and a scrape where that is more', 15, 300, '315s'],
    ['whole seconds', 0.4, 0, '2s'],
  ])('is %s', (_, scrape, step, window) => {
    expect(rateWindow(scrape, step)).toBe(window);
  });
});

describe('durationSeconds', () => {
  it.each([
    ['15s', 15],
    ['1m', 60],
    ['1m30s', 90],
    ['1h', 3600],
    ['500ms', 0.5],
    [' 10s ', 10],
    ['', undefined],
    ['soon', undefined],
    ['15', undefined],
    ['-5s', undefined],
  ])('reads %j', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });
});
