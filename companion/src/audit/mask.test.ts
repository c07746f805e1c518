import { describe, expect, it } from 'vitest';
import { maskArguments, maskCommand, maskEnvironment } from './mask.js';

describe('a command in the audit log', () => {
  it.each([
    [
      ['mysql', '--password=hunter2', '-h', 'db'],
      ['mysql', '--password=***', '-h', 'db'],
    ],
    [
      ['login', '--token', 'abc', 'x'],
      ['login', '--token', '***', 'x'],
    ],
    [
      ['env', 'DB_PASSWORD=x=y', 'ls'],
      ['env', 'DB_PASSWORD=***', 'ls'],
    ],
    [
      ['curl', 'https://me:secret@host/'],
      ['curl', 'https://me:***@host/'],
    ],
    [
      ['curl', 'https://host:8080/'],
      ['curl', 'https://host:8080/'],
    ],
    [
      ['sh', '-c', 'echo hello'],
      ['sh', '-c', 'echo hello'],
    ],
    [
      ['x', '--api-key'],
      ['x', '--api-key'],
    ],
  ])('%j becomes %j', (words, expected) => {
    expect(maskCommand(words)).toEqual(expected);
  });
});

describe('arguments', () => {
  it('keep everything but secrets, and not the action, which has its own field', () => {
    expect(maskArguments({ action: 'exec', command: ['a', '--secret=b'], user: 'root' })).toEqual({
      command: ['a', '--secret=***'],
      user: 'root',
    });
  });
});

describe('an environment', () => {
  it('keeps names and no value', () => {
    expect(maskEnvironment(['A=1', 'B=x=y', 'C', '=odd'])).toEqual({ A: '***', B: '***', C: '***' });
  });
});
