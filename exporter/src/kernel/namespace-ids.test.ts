import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EAGAIN, ENOBUFS, type Libc } from './libc.js';
import { NamespaceIds } from './namespace-ids.js';

/** As Linux 6.18 announced what `ip netns set NAME 77` did, and the deletion of that namespace. */
const GIVEN = Buffer.from('1c00000058000000bfe8016b7241000000000000080001004d000000', 'hex');
const FREE = Buffer.from('1c00000059000000000000000000000000000000080001004d000000', 'hex');
const ID = 77;

describe('NamespaceIds', () => {
  let announced: (Buffer | typeof ENOBUFS)[];
  let ids: NamespaceIds;
  const onNews = vi.fn();

  beforeEach(() => {
    announced = [];
    onNews.mockClear();
    let errno = 0;
    const libc = {
      socket: () => 3,
      bind: () => 0,
      setsockopt: () => 0,
      getsockopt: () => 0,
      recv: (_fd: number, data: Uint8Array) => {
        const next = announced.shift() ?? EAGAIN;
        if (typeof next === 'number') {
          errno = next;
          return -1;
        }
        data.set(next);
        return next.length;
      },
      errno: () => errno,
    };
    ids = NamespaceIds.open(libc as unknown as Libc, onNews);
  });

  it('counts how often an id has been given', () => {
    expect(ids.timesGiven(ID)).toBe(0);
    announced.push(GIVEN);
    ids.update();
    expect(ids.timesGiven(ID)).toBe(1);
    announced.push(FREE, GIVEN);
    ids.update();
    expect(ids.timesGiven(ID)).toBe(2);
    expect(ids.timesGiven(ID + 1)).toBe(0);
  });

  it('does not count that an id is free again', () => {
    announced.push(GIVEN, FREE);
    ids.update();
    expect(ids.timesGiven(ID)).toBe(1);
  });

  it.each([
    ['once, however many ids were given', [GIVEN, GIVEN]],
    ['of ids that may have been given and not been announced', [ENOBUFS]],
  ] as const)('tells %s', (_, news) => {
    ids.update();
    expect(onNews).not.toHaveBeenCalled();
    announced.push(...news);
    ids.update();
    expect(onNews).toHaveBeenCalledOnce();
  });

  it('goes on after news that were lost or cut short', () => {
    announced.push(ENOBUFS, GIVEN.subarray(0, 24), Buffer.alloc(0), GIVEN);
    ids.update();
    expect(ids.timesGiven(ID)).toBe(1);
  });
});
