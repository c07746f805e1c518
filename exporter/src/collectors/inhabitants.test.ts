import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { ProcessRecord } from '../kernel/process.js';
import { Inhabitants } from './inhabitants.js';

describe('Inhabitants', () => {
  let procRoot: string;
  let now: number;
  let inode: number;

  beforeEach(() => {
    procRoot = mkdtempSync(path.join(tmpdir(), 'toposcope-inhabitants-'));
    now = 0;
    inode = live(7);
  });

  afterEach(() => rmSync(procRoot, { recursive: true }));

  /** A file stands for the namespace of a process. */
  function live(pid: number): number {
    const file = path.join(procRoot, String(pid), 'ns/net');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    return statSync(file).ino;
  }

  function inhabitants(...processes: readonly { pid: number; startTicks: number }[]): Inhabitants {
    const found = new Inhabitants({ procRoot, now: () => now });
    found.learn(new Map([[inode, processes as readonly ProcessRecord[]]]));
    return found;
  }

  it('goes by the eldest process of a namespace', () => {
    const found = inhabitants({ pid: 9, startTicks: 20 }, { pid: 7, startTicks: 10 });
    now = 1_000;
    expect(found.isInhabited(new TrackedNamespace(inode, false))).toBe(true);
    rmSync(path.join(procRoot, '7'), { recursive: true });
    now = 2_000;
    expect(found.isInhabited(new TrackedNamespace(inode, false))).toBe(false);
  });

  it('is not misled by another process with the same id', () => {
    const found = inhabitants({ pid: 7, startTicks: 10 });
    const elsewhere = path.join(procRoot, '8');
    live(8);
    rmSync(path.join(procRoot, '7'), { recursive: true });
    renameSync(elsewhere, path.join(procRoot, '7'));
    now = 1_000;
    expect(found.isInhabited(new TrackedNamespace(inode, false))).toBe(false);
  });

  it('knows who has come since the last pass, until it has gone', () => {
    const found = new Inhabitants({ procRoot, now: () => now });
    found.meet(inode, 7);
    expect(found.isInhabited(new TrackedNamespace(inode, false))).toBe(true);
    rmSync(path.join(procRoot, '7'), { recursive: true });
    now = 1_000;
    expect(found.isInhabited(new TrackedNamespace(inode, false))).toBe(false);
  });

  it('goes by whom a pass has found, whoever has come since', () => {
    const found = inhabitants({ pid: 7, startTicks: 10 });
    found.meet(inode, 8);
    now = 1_000;
    expect(found.isInhabited(new TrackedNamespace(inode, false))).toBe(true);
  });

  it('knows nobody in a namespace that no pass has found, such as a stranger’s', () => {
    expect(inhabitants({ pid: 7, startTicks: 10 }).isInhabited(new TrackedNamespace(-5, false))).toBe(false);
  });
});
