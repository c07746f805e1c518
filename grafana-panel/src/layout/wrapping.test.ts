import { expect, it } from 'vitest';
import { spacingOf, SLOT } from './spacing';
import { wrapRanks } from './wrapping';

it.each([
  { given: 'ranks that fit', sizes: [2, 3, 3], ratio: 1.6, columns: [1, 1, 1] },
  { given: 'a rank a little too long', sizes: [1, 2, 8, 2, 3], ratio: 1.7, columns: [1, 1, 1, 1, 1] },
  { given: 'sixty clients of one server', sizes: [60, 1], ratio: 1.6, columns: [7, 1] },
  { given: 'the same in a tall, narrow panel', sizes: [60, 1], ratio: 0.4, columns: [3, 1] },
  { given: 'nothing', sizes: [], ratio: 1.6, columns: [] },
])('breaks $given into $columns', ({ sizes, ratio, columns }) => {
  const passing = sizes.map(() => 0);
  expect(wrapRanks(sizes, passing, spacingOf('right'), SLOT.width, ratio)).toEqual(columns);
});
