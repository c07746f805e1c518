import { beforeEach, describe, expect, it } from 'vitest';
import { ChangeQueue } from './change-queue.js';

describe('ChangeQueue', () => {
  let looked: string[];
  let answers: Map<string, () => void>;
  let queue: ChangeQueue;

  beforeEach(() => {
    looked = [];
    answers = new Map();
    queue = new ChangeQueue(2, (id) => {
      looked.push(id);
      return new Promise((resolve) => answers.set(id, resolve));
    });
  });

  async function answer(id: string): Promise<void> {
    answers.get(id)?.();
    await new Promise((resolve) => setImmediate(resolve));
  }

  it('looks at some at the same time, and at the others in their turn', async () => {
    ['a', 'b', 'c', 'd'].forEach((id) => void queue.add(id));
    expect(looked).toEqual(['a', 'b']);
    await answer('b');
    expect(looked).toEqual(['a', 'b', 'c']);
  });

  it('looks at what is wanted at once though as many are under way as may be', () => {
    ['a', 'b'].forEach((id) => void queue.add(id));
    void queue.add('c', 'at once');
    expect(looked).toEqual(['a', 'b', 'c']);
  });

  it('looks at once also at what has waited for its turn', () => {
    ['a', 'b', 'c'].forEach((id) => void queue.add(id));
    void queue.add('c', 'at once');
    expect(looked).toEqual(['a', 'b', 'c']);
  });

  it('looks at a thing only once at a time, and once more however often it changes meanwhile', async () => {
    void queue.add('a');
    void queue.add('a', 'at once');
    void queue.add('a');
    expect(looked).toEqual(['a']);
    await answer('a');
    expect(looked).toEqual(['a', 'a']);
    await answer('a');
    expect(looked).toEqual(['a', 'a']);
  });

  it('says when the last change has been looked at', async () => {
    void queue.add('a');
    let isDone = false;
    void queue.add('a').then(() => (isDone = true));
    await answer('a');
    expect(isDone).toBe(false);
    await answer('a');
    expect(isDone).toBe(true);
  });

  it('says that looking has failed, and goes on', async () => {
    const failing = new ChangeQueue(1, (id) => {
      looked.push(id);
      return id === 'a' ? Promise.reject(new Error('no answer')) : Promise.resolve();
    });
    const outcomes = await Promise.allSettled([failing.add('a'), failing.add('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(looked).toEqual(['a', 'b']);
  });

  it('looks at nothing more once it is closed, and lets nobody wait', async () => {
    ['a', 'b'].forEach((id) => void queue.add(id));
    const waits = queue.add('c');
    queue.close();
    await waits;
    await answer('a');
    await queue.add('d');
    expect(looked).toEqual(['a', 'b']);
  });
});
