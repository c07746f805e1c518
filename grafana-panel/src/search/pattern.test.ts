import { describe, expect, it } from 'vitest';
import { dangerOf, literalPattern, regularPattern } from './pattern';

describe('a regular expression', () => {
  it.each([
    'web-\\d+',
    '^(web|app)$',
    'a.*b.*c',
    '(?:shop-)?web',
    '[a-z]{2,8}',
    'x?y?z?',
    '\\(a+\\)+',
    '[(+*]+',
    'é',
  ])('%s is looked for', (source) => {
    expect(dangerOf(source)).toBeUndefined();
    expect(typeof regularPattern(source)).toBe('object');
  });

  it.each([
    '(a+)+$',
    '(a*)*$',
    '(a|a)*$',
    '(?:a|ab)+$',
    '((a+))+$',
    '(a{1,5}){2,}',
    '(.*a){20}',
    '(a?){30}a{30}',
    '.*.*.*.*x',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    '(?=a)b',
    '(?<!a)b',
    'a{1000}',
    `${'a?'.repeat(30)}${'a'.repeat(30)}`,
    'a'.repeat(201),
  ])('%s is refused', (source) => {
    expect(dangerOf(source)).toEqual(expect.any(String));
  });

  it('takes no notice of case, as text does', () => {
    const pattern = regularPattern('^WEB');
    expect(typeof pattern === 'object' && pattern.matches('web-1')).toBe(true);
    expect(literalPattern('Web').matches('the web')).toBe(true);
  });
});
