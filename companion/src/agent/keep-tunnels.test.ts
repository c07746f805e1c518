import { setImmediate } from 'node:timers/promises';
import { Duplex } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { backoff, keepTunnels } from './keep-tunnels.js';

const log = pino({ level: 'silent' });
const socket = (): Duplex => new Duplex({ read: () => undefined, write: (_, __, done) => done() });

describe('the tunnels of an agent', () => {
  it('go to every address behind the name, and to new ones when it is resolved again', async () => {
    const stop = new AbortController();
    const answers = [['192.0.2.1', '192.0.2.2'], ['192.0.2.2', '192.0.2.3'], new Error('no name server')];
    const open = new Set<string>();
    let resolved = 0;
    await keepTunnels(
      {
        resolve: () => {
          const answer = answers[resolved] ?? [];
          resolved += 1;
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
        },
        dial: (address) => {
          open.add(address);
          return Promise.resolve(socket());
        },
        serve: (_, signal) =>
          new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
        log,
        wait: async () => {
          await setImmediate();
          if (resolved >= 3) {
            stop.abort();
          }
        },
      },
      stop.signal,
    );
    expect([...open]).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('are dialled again when they end, and not any more when the address is gone', async () => {
    const stop = new AbortController();
    const dialled: string[] = [];
    let resolved = 0;
    await keepTunnels(
      {
        resolve: () => Promise.resolve(resolved++ === 0 ? ['192.0.2.1'] : ['192.0.2.2']),
        dial: (address) => {
          dialled.push(address);
          return address === '192.0.2.1' ? Promise.resolve(socket()) : Promise.reject(new Error('refused'));
        },
        serve: () => Promise.resolve(),
        log,
        wait: async () => {
          await setImmediate();
          if (dialled.length > 6) {
            stop.abort();
          }
        },
      },
      stop.signal,
    );
    expect(dialled.filter((address) => address === '192.0.2.2').length).toBeGreaterThan(2);
    expect(dialled.lastIndexOf('192.0.2.1')).toBeLessThan(4);
  });

  it.each([
    [1, 0, 500],
    [1, 1, 1_000],
    [2, 1, 2_000],
    [4, 0.5, 6_000],
    [30, 1, 30_000],
    [2_000, 1, 30_000],
    [0, 1, 1_000],
  ])('wait after %i failures with the die at %d: %i ms', (failures, random, expected) => {
    expect(backoff(failures, random)).toBe(expected);
  });
});
