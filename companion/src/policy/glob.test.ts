import { describe, expect, it } from 'vitest';
import { compileGlob } from './glob.js';

describe('a glob of the policy file', () => {
  it.each([
    ['web-*', 'web-1', true],
    ['web-*', 'web-', true],
    ['web-*', 'my-web-1', false],
    ['web-?', 'web-1', true],
    ['web-?', 'web-12', false],
    ['*', '', true],
    ['a.c', 'abc', false],
    ['a.c', 'a.c', true],
    ['(a|b)+', '(a|b)+', true],
    ['registry.example/*:2.*', 'registry.example/team/shop:2.7', true],
    ['*', 'line\nbreak', true],
    ['Web', 'web', false],
    ['日*', '日本', true],
  ])('%s on %s is %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
  });

  it('stays linear on a pattern that makes a backtracking engine explode', () => {
    const matches = compileGlob('*a'.repeat(100) + '*b');
    expect(matches('a'.repeat(20_000))).toBe(false);
  });
});
