import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditLog, type Attempt } from '../audit/audit-log.js';
import { RepeatedLooks } from './repeated-looks.js';

const TOP: Attempt = {
  id: 'a-1',
  user: 'alice',
  role: 'Viewer',
  tier: 'view',
  address: '192.0.2.1',
  forwardedFor: undefined,
  action: 'top',
  host: 'web-1',
  container: 'f'.repeat(64),
  containerName: 'shop',
  request: { action: 'top' },
};
const QUIET_MS = 10_000;
const DONE = { outcome: 'done' } as const;

describe('looks that are repeated', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function audited(): { lines: Record<string, unknown>[]; looks: RepeatedLooks; fill: () => void } {
    const lines: Record<string, unknown>[] = [];
    let isFull = false;
    const append = (line: string): Promise<void> =>
      isFull
        ? Promise.reject(new Error('the disk is full'))
        : Promise.resolve(void lines.push(JSON.parse(line) as Record<string, unknown>));
    const looks = new RepeatedLooks(new AuditLog({ append }), () => undefined, QUIET_MS);
    return { lines, looks, fill: () => (isFull = true) };
  }

  it('are a line before the first and one with their number when there were no more', async () => {
    const { lines, looks } = audited();
    for (let second = 0; second < 600; second += 2) {
      const { id, end } = await looks.start({ ...TOP, id: `a-${second}` });
      expect(id).toBe('a-0');
      await end(DONE);
      await vi.advanceTimersByTimeAsync(2_000);
    }
    expect(lines).toMatchObject([{ id: 'a-0', outcome: 'started', action: 'top', user: 'alice' }]);
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    expect(lines[1]).toMatchObject({ id: 'a-0', outcome: 'done', count: 300 });
    expect(lines[1]).not.toHaveProperty('failed');
    await looks.start({ ...TOP, id: 'later' });
    expect(lines[2]).toMatchObject({ id: 'later', outcome: 'started' });
  });

  it.each([
    ['user', { user: 'bob' }],
    ['container', { container: 'e'.repeat(64) }],
    ['host', { host: 'web-2' }],
    ['tier', { tier: 'admin' }],
    ['address', { address: '192.0.2.2' }],
  ] as const)('of another %s are another line', async (_, other) => {
    const { lines, looks } = audited();
    await (await looks.start(TOP)).end(DONE);
    await (await looks.start({ ...TOP, ...other, id: 'a-2' })).end(DONE);
    expect(lines.map(({ id }) => id)).toEqual(['a-1', 'a-2']);
  });

  it('say how many failed, and why the last one did', async () => {
    const { lines, looks } = audited();
    for (const ending of [
      DONE,
      { outcome: 'failed', code: 'conflict', reason: 'It does not run.' },
    ] as const) {
      await (await looks.start(TOP)).end(ending);
    }
    await looks.close();
    expect(lines[1]).toMatchObject({ outcome: 'failed', code: 'conflict', count: 2, failed: 1 });
  });

  it('have their end in the log once, also when the gateway stops while one is under way', async () => {
    const { lines, looks } = audited();
    const { end } = await looks.start(TOP);
    await looks.close();
    await end(DONE);
    await vi.advanceTimersByTimeAsync(2 * QUIET_MS);
    expect(lines.map(({ outcome }) => outcome)).toEqual(['started', 'done']);
  });

  it('begin again after an hour', async () => {
    const { lines, looks } = audited();
    for (let minute = 0; minute <= 61; minute += 0.125) {
      await (await looks.start({ ...TOP, id: `minute ${minute}` })).end(DONE);
      await vi.advanceTimersByTimeAsync(7_500);
    }
    expect(lines).toMatchObject([
      { id: 'minute 0', outcome: 'started' },
      { id: 'minute 60', outcome: 'started' },
      { id: 'minute 0', outcome: 'done', count: 480 },
    ]);
  });

  it('are refused, the next one too, while nothing can be written down', async () => {
    const { looks, fill } = audited();
    await (await looks.start(TOP)).end(DONE);
    fill();
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    await expect(looks.start(TOP)).rejects.toMatchObject({ code: 'audit-failed' });
    await expect(looks.start(TOP)).rejects.toMatchObject({ code: 'audit-failed' });
  });
});
