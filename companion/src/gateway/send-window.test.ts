import { describe, expect, it } from 'vitest';
import { SendWindow } from './send-window.js';

describe('a window', () => {
  it('lets through until it is full, and on when there is room again', async () => {
    const window = new SendWindow(100);
    await window.take(60);
    await window.take(60);
    let through = false;
    const next = window.take(1).then(() => (through = true));
    window.give(20);
    await Promise.resolve();
    expect(through).toBe(false);
    window.give(1);
    await next;
    expect(through).toBe(true);
  });

  it('of no size lets everything through', async () => {
    const window = new SendWindow(undefined);
    await window.take(Number.MAX_SAFE_INTEGER);
    await expect(window.take(1)).resolves.toBeUndefined();
  });
});
