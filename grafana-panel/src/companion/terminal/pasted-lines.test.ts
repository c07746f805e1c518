import { describe, expect, it } from 'vitest';
import { hasSeveralLines, pasteQuestion } from './pasted-lines';

describe('a pasted text', () => {
  it.each([
    ['ls', false],
    ['ls -l\n', false],
    ['ls\r\n\r\n', false],
    ['\nls', true],
    ['cd /\nrm -rf x', true],
    ['a\rb', true],
  ])('%j has several lines: %s', (text, several) => {
    expect(hasSeveralLines(text)).toBe(several);
  });

  it('is asked about by the number of its lines', () => {
    expect(pasteQuestion('a\r\nb\nc\n')).toBe('Paste 3 lines? A shell runs each of them as it comes.');
    expect(pasteQuestion('a\n'.repeat(20_000))).toMatch(/^Paste 20,000 lines/);
  });
});
