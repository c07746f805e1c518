import { describe, expect, it } from 'vitest';
import { JoinTokens } from './join-tokens.js';

const ANY = 'x'.repeat(32);
const OWN = 'y'.repeat(32);

describe('join tokens', () => {
  const tokens = new JoinTokens(`# agents\n${ANY}\n\n  web-1   ${OWN}\n`);

  it.each([
    ['web-1', OWN, true],
    ['db-1', OWN, false],
    ['db-1', ANY, true],
    ['web-1', '', false],
    ['web-1', OWN.slice(1), false],
  ])('%s with %s: %s', (host, token, expected) => {
    expect(tokens.accepts(host, token)).toBe(expected);
  });

  it.each([['short'], [''], [`a b ${OWN}`]])('%j is no file of them', (text) => {
    expect(() => new JoinTokens(text)).toThrow();
  });
});
