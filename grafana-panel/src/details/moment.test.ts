import { expect, it } from 'vitest';
import { formatAge, formatMoment } from './moment';

it.each([
  { seconds: 5, shown: 'just now' },
  { seconds: 60, shown: '1 minute ago' },
  { seconds: 7_300, shown: '2 hours ago' },
  { seconds: 200_000, shown: '2 days ago' },
  { seconds: -10, shown: 'in the future' },
])('calls $seconds seconds $shown', ({ seconds, shown }) => {
  expect(formatAge(seconds)).toBe(shown);
});

it('shows a moment in the time zone of the dashboard', () => {
  expect(formatMoment(1_795_226_400, 1_795_233_600, 'utc')).toBe('2026-11-21 02:00:00 (2 hours ago)');
  expect(formatMoment(1_795_226_400, 1_795_233_600, 'Asia/Tokyo')).toBe('2026-11-21 11:00:00 (2 hours ago)');
  expect(formatMoment(Number.NaN, 0, 'utc')).toBe('–');
});
