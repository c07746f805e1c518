import { describe, expect, it } from 'vitest';
import { TierTokens } from './tier-tokens.js';

const VIEW = 'v'.repeat(32);
const OPERATE = 'o'.repeat(32);
const ADMIN = 'a'.repeat(32);

describe('tier tokens', () => {
  const tokens = new TierTokens({ view: VIEW, operate: OPERATE, admin: ADMIN });

  it.each([
    ['view', VIEW, true],
    ['operate', OPERATE, true],
    ['admin', ADMIN, true],
    ['view', ADMIN, false],
    ['admin', VIEW, false],
    ['admin', '', false],
    ['admin', `${ADMIN}x`, false],
    ['admin', ADMIN.slice(1), false],
  ] as const)('on the route %s: %s is %s', (tier, token, expected) => {
    expect(tokens.accepts(tier, token)).toBe(expected);
  });

  it('must be long and different', () => {
    expect(() => new TierTokens({ view: 'short', operate: OPERATE, admin: ADMIN })).toThrow('shorter');
    expect(() => new TierTokens({ view: VIEW, operate: VIEW, admin: ADMIN })).toThrow('same token');
  });
});
