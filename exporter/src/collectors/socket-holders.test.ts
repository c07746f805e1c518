import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessRecord } from '../kernel/process.js';
import { SocketHolders } from './socket-holders.js';

describe('SocketHolders', () => {
  let procRoot: string;
  const pause = () => Promise.resolve();

  beforeEach(() => {
    procRoot = mkdtempSync(path.join(tmpdir(), 'toposcope-proc-'));
  });

  afterEach(() => rmSync(procRoot, { recursive: true }));

  function holders(): SocketHolders {
    return new SocketHolders({ procRoot, containerOf: () => undefined, now: () => 0 });
  }

  it('finds who holds a socket', async () => {
    const processes = [put(7, 'idle', []), put(8, 'server', [41, 42])];
    const found = holders();
    await found.find([42], processes, pause);
    expect(found.ownerOf(42)).toMatchObject({ pid: 8, process: 'server' });
    expect(found.ownerOf(41)).toBeUndefined();
  });

  it('takes the youngest of those that share one', async () => {
    const processes = [put(7, 'parent', [42], 100), put(8, 'worker', [42], 200)];
    const found = holders();
    await found.find([42], processes, pause);
    expect(found.ownerOf(42)).toMatchObject({ process: 'worker' });
  });

  it('looks no further for a socket that is gone meanwhile, nor holds that against it', async () => {
    const processes = [put(7, 'holder', [42], 100), put(8, 'young', [], 200)];
    const found = holders();
    await found.find([42], processes, pause, () => false);
    expect(found.ownerOf(42)).toBeUndefined();
    expect(found.isNews(42)).toBe(true);
  });

  it('leaves one that nobody holds alone for a while', async () => {
    const processes = [put(7, 'idle', [])];
    const found = holders();
    await found.find([42], processes, pause);
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
