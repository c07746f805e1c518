import { expect, it } from 'vitest';
import { closeTopCard, openCard } from './card-stack';

it('lays a new card on top', () => {
  expect(openCard(['a'], 'b')).toEqual(['a', 'b']);
});

it('goes back to a card that lies in the stack already', () => {
  expect(openCard(['a', 'b', 'c'], 'a')).toEqual(['a']);
});

it('shows the card below when the top one is closed', () => {
  expect(closeTopCard(['a', 'b'])).toEqual(['a']);
  expect(closeTopCard([])).toEqual([]);
});
