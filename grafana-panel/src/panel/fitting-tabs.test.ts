import { describe, expect, it } from 'vitest';
import { fittingTabs } from './fitting-tabs';

const WIDTHS = [50, 60, 70, 80, 90];

describe('tabs that fit', () => {
  it.each([
    { name: 'are all of them where there is room', room: 350, chosen: 1, fits: [0, 1, 2, 3, 4] },
    { name: 'leave room for the menu where one does not fit', room: 349, chosen: 1, fits: [0, 1, 2, 3] },
    { name: 'are fewer in a narrow row', room: 200, chosen: 0, fits: [0, 1] },
    { name: 'always contain the chosen one', room: 200, chosen: 4, fits: [0, 4] },
    { name: 'are the chosen one alone where nothing fits', room: 20, chosen: 3, fits: [3] },
    { name: 'are none where nothing fits and none is chosen', room: 20, chosen: undefined, fits: [] },
    { name: 'skip no tab for a smaller one behind it', room: 175, chosen: 4, fits: [4] },
  ])('$name', ({ room, chosen, fits }) => {
    expect(fittingTabs(WIDTHS, room, 40, chosen)).toEqual(fits);
  });
});
