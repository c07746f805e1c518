import { expect, it } from 'vitest';
import { ellipsize } from './ellipsis';

/** Every letter as wide as ten pixels. */
const measure = (text: string) => Array.from(text).length * 10;

it.each([
  { text: 'web', room: 100, shown: 'web' },
  { text: 'checkout-worker-17', room: 100, shown: 'checko…-17' },
  { text: 'shop-web-1', room: 60, shown: 'sho…-1' },
  { text: 'longer', room: 20, shown: '' },
  { text: '', room: 0, shown: '' },
  { text: '🐳🐳🐳🐳🐳🐳', room: 40, shown: '🐳🐳…🐳' },
])('shows $text in $room pixels as $shown', ({ text, room, shown }) => {
  expect(ellipsize(text, room, measure)).toBe(shown);
});

it('keeps names apart that differ only at their end', () => {
  const names = [1, 2, 3].map((index) => ellipsize(`production-checkout-${index}`, 100, measure));
  expect(new Set(names).size).toBe(3);
});
