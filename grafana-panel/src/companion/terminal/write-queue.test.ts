import { describe, expect, it } from 'vitest';
import { WriteQueue } from './write-queue';

describe('WriteQueue', () => {
  it('writes everything in order, one write at a time', async () => {
    const written: number[] = [];
    let busy = false;
    const queue = new WriteQueue(async (bytes) => {
      expect(busy).toBe(false);
      busy = true;
      await Promise.resolve();
      written.push(...bytes);
      busy = false;
    });
    const sent = Array.from({ length: 300 }, (_, index) => index % 256);
    for (const [index, byte] of sent.entries()) {
      queue.push(Uint8Array.of(byte));
      if (index % 7 === 0) {
        await Promise.resolve();
      }
    }
    await queue.drained();
    expect(written).toEqual(sent);
  });

  it('is drained when nothing was written', async () => {
    await expect(new WriteQueue(() => Promise.resolve()).drained()).resolves.toBeUndefined();
  });
});
