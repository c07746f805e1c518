import { describe, expect, it } from 'vitest';
import { reasonOf } from './files.js';

const failed = (code: string) => Object.assign(new Error(`${code}: raw, open '/x'`), { code });

describe('reasonOf', () => {
  it.each([
    ['ENOENT', 'It does not exist: make it.'],
    ['ENOTDIR', 'It does not exist: make it.'],
    ['EACCES', `The user ${process.getuid?.()} may not open it: change its owner or its mode.`],
    ['EISDIR', 'It is a directory, and has to be a file.'],
    ['ENOSPC', "ENOSPC: raw, open '/x'"],
  ])('says of %s: %s', (code, sentence) => {
    expect(reasonOf(failed(code), 'make it')).toBe(sentence);
  });

  it('passes on what a parser says of the text', () => {
    expect(reasonOf(new Error('It has to hold a token.'), 'make it')).toBe('It has to hold a token.');
  });
});
