import { describe, expect, it } from 'vitest';
import { NameCache } from './name-cache.js';

const answer = (name: string, address: string, ttlSeconds = 0) => ({
  name,
  addresses: [{ address, ttlSeconds }],
});
const HOUR_MS = 3_600_000;

describe('NameCache', () => {
  it('says the name that was answered last', () => {
    const names = new NameCache();
    names.learn('10.0.0.1', answer('old.example', '1.2.3.4'), 0);
    names.learn('10.0.0.1', answer('new.example', '1.2.3.4'), 1);
    expect(names.nameOf('10.0.0.1', '1.2.3.4', 2)).toBe('new.example');
    expect(names.nameOf('10.0.0.1', '1.2.3.5', 2)).toBe('');
  });

  it('says to each only what it was told', () => {
    const names = new NameCache();
    names.learn('10.0.0.2', answer('forged.example', '1.2.3.4'), 0);
    expect(names.nameOf('10.0.0.1', '1.2.3.4', 1)).toBe('');
    expect(names.nameOf('10.0.0.2', '1.2.3.4', 1)).toBe('forged.example');
  });

  it('keeps a name for at least a quarter of an hour, and no longer than a day', () => {
    const names = new NameCache();
    names.learn('10.0.0.1', answer('short.example', '1.1.1.1', 1), 0);
    names.learn('10.0.0.1', answer('long.example', '2.2.2.2', 10_000_000), 0);
    expect(names.nameOf('10.0.0.1', '1.1.1.1', HOUR_MS / 5)).toBe('short.example');
    expect(names.nameOf('10.0.0.1', '1.1.1.1', HOUR_MS / 4)).toBe('');
    expect(names.nameOf('10.0.0.1', '2.2.2.2', 23 * HOUR_MS)).toBe('long.example');
    expect(names.nameOf('10.0.0.1', '2.2.2.2', 24 * HOUR_MS)).toBe('');
  });

  it('forgets what was used least lately when there are too many', () => {
    const names = new NameCache(2);
    names.learn('10.0.0.1', answer('a.example', '1.1.1.1'), 0);
    names.learn('10.0.0.1', answer('b.example', '2.2.2.2'), 0);
    names.nameOf('10.0.0.1', '1.1.1.1', 1);
    names.learn('10.0.0.1', answer('c.example', '3.3.3.3'), 2);
    expect(['1.1.1.1', '2.2.2.2', '3.3.3.3'].map((address) => names.nameOf('10.0.0.1', address, 3))).toEqual([
      'a.example',
      '',
      'c.example',
    ]);
    expect(names.size).toBe(2);
  });
});
