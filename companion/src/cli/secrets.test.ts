import { describe, expect, it } from 'vitest';
import { keyPair } from './secrets.js';

describe('keyPair', () => {
  it('is nothing where there is neither', () => {
    expect(keyPair('--cert and --key', undefined, undefined)).toBeUndefined();
  });

  it.each([
    ['certificate', 'PEM', undefined],
    ['key', undefined, 'PEM'],
  ])('refuses a %s alone, and names both flags', (_part, cert, key) => {
    expect(() => keyPair('--cert and --key', cert, key)).toThrow('TLS needs both --cert and --key.');
  });
});
