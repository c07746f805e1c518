import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessRecord } from '../kernel/process.js';
import { MadeProcesses } from './made-processes.js';
import { SocketHolders } from './socket-holders.js';

/** Every socket is there, and open. */
const SEEN = { isThere: () => true, isOpen: () => true };

describe('SocketHolders', () => {
  let made: MadeProcesses;
  let procRoot: string;
  const put: MadeProcesses['put'] = (...process) => made.put(...process);
  const swap: MadeProcesses['hold'] = (...held) => made.hold(...held);
  const pause = () => Promise.resolve();

  beforeEach(() => {
    made = new MadeProcesses();
    ({ procRoot } = made);
  });

  afterEach(() => made.delete());

  it('reads a descriptor again only when what it held is no longer open', async () => {
    const processes = [put(8, 'server', [41, 42])];
    const found = holders();
    await found.find([41, 42], processes, pause, SEEN);
    swap(8, [43, 44]);
    await found.find([43, 44], processes, pause, { ...SEEN, isOpen: (inode) => inode === 41 });
    expect([43, 44].map((inode) => found.ownerOf(inode)?.process)).toEqual([undefined, 'server']);
  });

  it('reads every descriptor for what it has not found at first', async () => {
    let now = 0;
    const processes = [put(8, 'server', [41])];
    const found = new SocketHolders({ procRoot, containerOf: () => undefined, now: () => now });
    await found.find([41], processes, pause, SEEN);
    // Passed on to another process, which is not looked at.
    swap(8, [42]);
    await found.find([42], processes, pause, SEEN);
    expect(found.ownerOf(42)).toBeUndefined();
    now = 60_000;
    await found.find([42], processes, pause, SEEN);
    expect(found.ownerOf(42)).toMatchObject({ process: 'server' });
  });

  it('does not take a process for an earlier one of the same number', async () => {
    const found = holders();
    await found.find([41], [put(8, 'server', [41])], pause, SEEN);
    const processes = [put(8, 'other', [], 200)];
    swap(8, [42]);
    await found.find([42], processes, pause, SEEN);
    expect(found.ownerOf(42)).toMatchObject({ process: 'other' });
  });

  it('does not read descriptors that are known to be files', async () => {
    const isFile = (pid: number, descriptor: string): boolean => pid === 8 && descriptor === '1';
    const found = new SocketHolders({ procRoot, containerOf: () => undefined, now: () => 0, isFile });
    const processes = [put(7, 'server', [43, 44], 100), put(8, 'exporter', [41, 42], 200)];
    await found.find([41, 42, 44], processes, pause, SEEN);
    const names = [41, 42, 44].map((inode) => found.ownerOf(inode)?.process);
    expect(names).toEqual(['exporter', undefined, 'server']);
  });

  function holders(): SocketHolders {
    return new SocketHolders({ procRoot, containerOf: () => undefined, now: () => 0 });
  }

  it('finds who holds a socket', async () => {
    const processes = [put(7, 'idle', []), put(8, 'server', [41, 42])];
    const found = holders();
    await found.find([42], processes, pause, SEEN);
    expect(found.ownerOf(42)).toMatchObject({ pid: 8, process: 'server' });
    expect(found.ownerOf(41)).toBeUndefined();
  });

  it('takes the youngest of those that share one', async () => {
    const processes = [put(7, 'parent', [42], 100), put(8, 'worker', [42], 200)];
    const found = holders();
    await found.find([42], processes, pause, SEEN);
    expect(found.ownerOf(42)).toMatchObject({ process: 'worker' });
  });

  it('looks no further for a socket that is gone meanwhile, nor holds that against it', async () => {
    const processes = [put(7, 'holder', [42], 100), put(8, 'young', [], 200)];
    const found = holders();
    await found.find([42], processes, pause, { ...SEEN, isThere: () => false });
    expect(found.ownerOf(42)).toBeUndefined();
    expect(found.isNews(42)).toBe(true);
  });

  it('leaves one that nobody holds alone for a while', async () => {
    const processes = [put(7, 'idle', [])];
    const found = holders();
    await found.find([42], processes, pause, SEEN);
    expect(found.isNews(42)).toBe(false);
  });

  describe('asked again', () => {
    const nameOf = (pid: number): string | undefined => names.get(pid);
    let names: Map<number, string>;
    let processes: ProcessRecord[];
    let found: SocketHolders;

    beforeEach(async () => {
      names = new Map([
        [7, 'old'],
        [8, 'new'],
      ]);
      processes = [put(7, 'old', [41, 42], 100), put(8, 'new', [42], 50)];
      found = holders();
      await found.find([42], processes, pause, SEEN);
    });

    const share = () => found.share(put(8, 'new', [42], 50), new Set([42]), pause);

    it('knows whether a socket is still held, and finds the next holder of one that is not', async () => {
      expect(found.recheck(42, nameOf)).toBe(true);
      swap(7, [41]);
      expect(found.recheck(42, nameOf)).toBe(false);
      expect(found.isNews(42)).toBe(true);
      await found.find([42], processes, pause, SEEN);
      expect(found.ownerOf(42)).toMatchObject({ process: 'new' });
    });

    it('knows all that were found to hold it, the eldest first', async () => {
      expect(await share()).toBe(1);
      await share();
      expect(found.ownersOf(42).map(({ pid }) => pid)).toEqual([8, 7]);
      expect(found.recheck(42, nameOf)).toBe(true);
    });

    it('leaves it to the other when one of two has ended', async () => {
      await share();
      names.delete(7);
      expect(found.recheck(42, nameOf)).toBe(false);
      expect(found.ownersOf(42).map(({ pid }) => pid)).toEqual([8]);
      expect(found.ownerOf(42)).toMatchObject({ process: 'new' });
    });

    it('calls one by its new name', () => {
      names.set(7, 'renamed');
      expect(found.recheck(42, nameOf)).toBe(false);
      expect(found.ownerOf(42)).toMatchObject({ process: 'renamed', pid: 7 });
    });

    it('forgets both of a socket that is gone', async () => {
      await share();
      found.retain(new Set());
      expect(found.ownersOf(42)).toEqual([]);
    });
  });
});
