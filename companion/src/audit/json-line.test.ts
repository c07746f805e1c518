import { describe, expect, it } from 'vitest';
import { jsonLine } from './json-line.js';

describe('a line of JSON', () => {
  it.each([
    ['a line break', 'a\nb', 'a\\nb'],
    ['an escape sequence', '\u001b[2J', '\\u001b[2J'],
    ['the same in one character', '\u009b2J', '\\u009b2J'],
    ['a rubout', 'a\u007f', 'a\\u007f'],
    ['another direction of writing', 'exe\u202egpj', 'exe\\u202egpj'],
    ['the line ends of other alphabets', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['what has no width', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['invisible tags', 'a\u{e0041}', 'a\\udb40\\udc41'],
  ])('shows %s', (_, text, shown) => {
    expect(jsonLine({ text })).toBe(`{"text":"${shown}"}`);
    expect(JSON.parse(jsonLine({ text }))).toEqual({ text });
  });

  it('leaves the letters of all languages alone', () => {
    expect(jsonLine('röt 日本 שלום 🚀')).toBe('"röt 日本 שלום 🚀"');
  });
});
