import { describe, expect, it } from 'vitest';
import {
  ACTION_NAMES,
  ACTIONS,
  actionSchema,
  commandActionSchema,
  objectCommandSchema,
  terminalActionSchema,
} from './action.js';
import { clientMessageSchema } from './terminal-messages.js';
import { permitClaimsSchema } from './tunnel.js';

const IDENTITY = { pid: 7, startTicks: 12 };

describe('the actions', () => {
  it('are the same in the schema and in the table', () => {
    expect(actionSchema.options.map(({ shape }) => shape.action.value).sort()).toEqual(
      [...ACTION_NAMES].sort(),
    );
  });

  it('by POST and by terminal are different ones, and none of them only looks', () => {
    const commands = [...commandActionSchema.options, ...objectCommandSchema.options].map(
      ({ shape }) => shape.action.value as string,
    );
    const terminals = terminalActionSchema.options.map(({ shape }) => shape.action.value as string);
    expect(commands.filter((name) => terminals.includes(name))).toEqual([]);
    const looking = ACTION_NAMES.filter((name) => !ACTIONS[name].changes);
    expect([...commands, ...terminals, ...looking].sort()).toEqual([...ACTION_NAMES].sort());
  });
});

describe('an action', () => {
  it.each([
    [{ action: 'stop', graceSeconds: 5 }],
    [{ action: 'kill', signal: 'TERM' }],
    [{ action: 'signal-process', process: IDENTITY, signal: 'HUP' }],
    [{ action: 'exec', command: ['sh'], size: { columns: 80, rows: 24 } }],
    [{ action: 'logs', since: '2026-01-01T00:00:00Z', tail: 10 }],
    [{ action: 'logs', since: '1700000000.5' }],
    [{ action: 'scale', replicas: 0 }],
    [{ action: 'delete-pod', graceSeconds: 30 }],
    [{ action: 'workload-logs', source: 'web-1', previous: true }],
  ])('%j is one', (value) => {
    expect(actionSchema.safeParse(value).success).toBe(true);
  });

  it.each([
    ['an unknown field', { action: 'stop', graceSeconds: 5, force: true }],
    ['an unknown action', { action: 'destroy' }],
    ['no action', {}],
    ['a number as a name', { action: 1 }],
    ['a signal that is none', { action: 'kill', signal: 'SEGVX' }],
    ['a grace time without end', { action: 'stop', graceSeconds: 1e9 }],
    [
      'a fraction of a pid',
      { action: 'signal-process', process: { pid: 1.5, startTicks: 0 }, signal: 'HUP' },
    ],
    [
      'pid 0, the whole group',
      { action: 'signal-process', process: { pid: 0, startTicks: 0 }, signal: 'HUP' },
    ],
    [
      'a negative pid, a group',
      { action: 'signal-process', process: { pid: -7, startTicks: 0 }, signal: 'HUP' },
    ],
    ['an empty command', { action: 'exec', command: [] }],
    ['a command line instead of words', { action: 'exec', command: 'rm -rf /' }],
    ['a NUL in an argument', { action: 'exec', command: ['a\0b'] }],
    ['a command of a hundred words', { action: 'exec', command: Array.from({ length: 100 }, () => 'x') }],
    ['a user with a shell in it', { action: 'exec', command: ['sh'], user: 'root;id' }],
    ['a terminal of a million rows', { action: 'exec', command: ['sh'], size: { columns: 80, rows: 1e6 } }],
    ['a pattern of a kilobyte', { action: 'logs', regex: 'a'.repeat(1024) }],
    ['a time that is none', { action: 'logs', since: 'yesterday' }],
    ['a custom name with a path', { action: 'custom', name: '../x' }],
    ['a custom command of the caller', { action: 'custom', name: 'x', command: ['sh'] }],
    ['a million replicas', { action: 'scale', replicas: 1_000_000 }],
    ['replicas below nothing', { action: 'scale', replicas: -1 }],
    ['half a replica', { action: 'scale', replicas: 1.5 }],
    ['no number of replicas', { action: 'scale' }],
    ['a pod deleted without waiting', { action: 'delete-pod', graceSeconds: 0 }],
    ['the stream of a workload, which nobody knows', { action: 'workload-logs', stream: 'stderr' }],
    ['a source that is a path', { action: 'workload-logs', source: '../token' }],
    ['an array', [{ action: 'start' }]],
    ['null', null],
  ])('is none with %s', (_, value) => {
    expect(actionSchema.safeParse(value).success).toBe(false);
  });
});

describe('a terminal message', () => {
  it('opens terminals only', () => {
    expect(clientMessageSchema.safeParse({ type: 'open', request: { action: 'attach' } }).success).toBe(true);
    expect(clientMessageSchema.safeParse({ type: 'open', request: { action: 'remove' } }).success).toBe(
      false,
    );
  });
});

describe('a permit', () => {
  const claims = {
    sub: 'alice',
    jti: '0123456789abcdef',
    request: { action: 'stop' },
    container: 'a'.repeat(64),
  };

  it('names a whole container id, a prefix of one, or nothing', () => {
    for (const container of ['', 'a'.repeat(12), 'a'.repeat(64)]) {
      expect(permitClaimsSchema.safeParse({ ...claims, container }).success).toBe(true);
    }
    for (const container of ['a', '../x', 'A'.repeat(64), undefined]) {
      expect(permitClaimsSchema.safeParse({ ...claims, container }).success).toBe(false);
    }
  });
});
