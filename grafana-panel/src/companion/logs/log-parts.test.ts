import { describe, expect, it } from 'vitest';
import { coloredParts, markedPieces } from './log-parts';

const ESC = '\u001b';
const textOf = (line: string) => coloredParts(line).map(({ text }) => text);

describe('a line of a log', () => {
  it('has the colours that its program wrote', () => {
    expect(coloredParts(`plain ${ESC}[1;31mred${ESC}[0m ${ESC}[94;4mblue${ESC}[0m`)).toEqual([
      { text: 'plain ', color: undefined, bold: false, underlined: false },
      { text: 'red', color: 'red', bold: true, underlined: false },
      { text: ' ', color: undefined, bold: false, underlined: false },
      { text: 'blue', color: 'bright-blue', bold: false, underlined: true },
    ]);
  });

  it.each([
    ["a window's title", `a${ESC}]0;pwned\u0007b`],
    ["a window's title with the other end", `a${ESC}]0;pwned${ESC}\\b`],
    ['a link', `a${ESC}]8;;https://evil.example${ESC}\\b${ESC}]8;;${ESC}\\`],
    ['the clipboard', `a${ESC}]52;c;cm0gLXJmIC8K\u0007b`],
    ['a question to the terminal', `a${ESC}P$q"p${ESC}\\b`],
    ['a reset', `a${ESC}cb`],
    ['another character set', `a${ESC}(0b`],
    ['a cleared screen', `a${ESC}[2Jb`],
    ['an escape at its end', `ab${ESC}`],
  ])('leaves out %s', (_, line) => {
    expect(textOf(line).join('')).toBe('ab');
  });

  it('is text, whatever looks like a page in it', () => {
    expect(textOf(`${ESC}[31m<img src=x onerror=alert(1)>`)).toEqual(['<img src=x onerror=alert(1)>']);
  });

  it('is cut into no more pieces than a browser bears, and keeps all its text', () => {
    const parts = coloredParts(`${ESC}[31mx${ESC}[0my`.repeat(5_000));
    expect(parts.length).toBeLessThanOrEqual(101);
    expect(parts.map(({ text }) => text).join('')).toBe('xy'.repeat(5_000));
  });
});

describe('what is searched for', () => {
  it('is marked where it is', () => {
    expect(markedPieces('abcab', /b/g).filter(({ text }) => text !== '')).toEqual([
      { text: 'a', at: 0, marked: false },
      { text: 'b', at: 1, marked: true },
      { text: 'ca', at: 2, marked: false },
      { text: 'b', at: 4, marked: true },
    ]);
  });

  it('is marked no more often than a browser bears', () => {
    const pieces = markedPieces('a'.repeat(64_000), /a/g);
    expect(pieces.length).toBeLessThanOrEqual(201);
    expect(pieces.map(({ text }) => text).join('')).toBe('a'.repeat(64_000));
  });
});
