import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessRecord } from '../kernel/process.js';
import { SocketHolders } from './socket-holders.js';

/** Every socket is there, and open. */
const SEEN = { isThere: () => true, isOpen: () => true };

describe('SocketHolders', () => {
  let procRoot: string;
  const pause = () => Promise.resolve();

  beforeEach(() => {
    procRoot = mkdtempSync(path.join(tmpdir(), 'toposcope-proc-'));
  });

  afterEach(() => rmSync(procRoot, { recursive: true }));

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

  /** What its descriptors lead to from now on. */
  function swap(pid: number, inodes: readonly number[]): void {
    const folder = path.join(procRoot, String(pid), 'fd');
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    inodes.forEach((inode, index) => symlinkSync(`socket:[${inode}]`, path.join(folder, String(index))));
  }

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

  function put(pid: number, name: string, inodes: readonly number[], startTicks = 100): ProcessRecord {
    const folder = path.join(procRoot, String(pid));
    mkdirSync(path.join(folder, 'fd'), { recursive: true });
    inodes.forEach((inode, index) =>
      symlinkSync(`socket:[${inode}]`, path.join(folder, 'fd', String(index))),
    );
    const numbers = `1 1 1 0 -1 4194560 1 1 0 0 0 0 9 9 20 0 4 0 ${startTicks} 8192 3 18446744073709551615 0`;
    writeFileSync(path.join(folder, 'stat'), `${pid} (${name}) S ${numbers}\n`);
    writeFileSync(path.join(folder, 'cgroup'), '0::/\n');
    return {
      pid,
      ppid: 1,
      name,
      state: 'S',
      uid: 0,
      startTicks,
      cpuSeconds: 0,
      residentBytes: 0,
      threads: 1,
      cgroup: '/',
      netns: 1,
    };
  }
});
