import { describe, expect, it } from 'vitest';
import { themeOf } from './theme';

describe('the theme', () => {
  it.each([
    {
      name: 'is the one that the address names',
      address: 'theme=dark',
      kept: 'light',
      light: true,
      is: 'dark',
    },
    { name: 'is the one that was chosen last', address: '', kept: 'light', light: false, is: 'light' },
    { name: 'is light where the system is', address: '', kept: null, light: true, is: 'light' },
    { name: 'is dark where the system is', address: '', kept: null, light: false, is: 'dark' },
    {
      name: 'is no theme that does not exist',
      address: 'theme=pink',
      kept: 'loud',
      light: true,
      is: 'light',
    },
  ])('$name', ({ address, kept, light, is }) => {
    const storage = { getItem: () => kept };
    expect(themeOf({ search: new URLSearchParams(address), storage, systemIsLight: light })).toBe(is);
  });
});
