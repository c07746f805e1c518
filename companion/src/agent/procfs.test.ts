import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ContainerProcesses } from './container-processes.js';
import { parseProcess, Procfs } from './procfs.js';

const ID = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const stat = (pid: number, name: string, startTicks: number): string =>
  `${pid} (${name}) S 1 ${pid} ${pid} 0 -1 4194560 9 0 0 0 150 50 0 0 20 0 1 0 ${startTicks} 1000 25 1844 1 1 0 0\n`;
const STATUS = 'Name:\tx\nUid:\t0\t33\t0\t0\nGid:\t0\t34\t0\t0\nNSpid:\t700\t5\nVmRSS:\t     100 kB\n';

describe('a process', () => {
  it('is read field by field, whatever its name', () => {
    expect(parseProcess(700, stat(700, 'a) S 1 (b', 4242), STATUS)).toEqual({
      pid: 700,
      parentPid: 1,
      containerPid: 5,
      name: 'a) S 1 (b',
      state: 'S',
      startTicks: 4242,
      cpuSeconds: 2,
      residentBytes: 102_400,
      uid: 33,
      gid: 34,
    });
  });

  it.each([[''], ['700'], ['700 (x'], ['700 (x) S 1']])('is none in %j', (text) => {
    expect(parseProcess(700, text, '')).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('of this machine has what its maker knows of it', async () => {
    const child = spawn('/bin/sleep', ['30'], { env: { A: '1', B: 'x y' }, cwd: '/usr' });
    try {
      await once(child, 'spawn');
      const procfs = new Procfs();
      const pid = child.pid ?? 0;
      expect(procfs.process(pid)).toMatchObject({ pid, parentPid: process.pid, name: 'sleep' });
      // The program has its name a moment before its arguments.
      await vi.waitFor(() => expect(procfs.commandLine(pid)).toEqual(['/bin/sleep', '30']));
      expect(procfs.environment(pid)).toEqual(['A=1', 'B=x y']);
      expect(procfs.workingDirectory(pid)).toBe('/usr');
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
});

describe("a container's processes", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'procfs-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function make(pid: number, cgroup: string, startTicks = 1): Promise<void> {
    await mkdir(join(root, String(pid)));
    await writeFile(join(root, String(pid), 'stat'), stat(pid, 'x', startTicks));
    await writeFile(join(root, String(pid), 'status'), STATUS);
    await writeFile(join(root, String(pid), 'cgroup'), cgroup);
  }

  it.each([
    ['v2 by systemd', `0::/system.slice/docker-${ID}.scope`, `0::/system.slice/docker-${ID}.scope/child`],
    ['v1', `4:memory:/docker/${ID}\n0::/\n`, `4:memory:/docker/${ID}\n0::/\n`],
    [
      'Podman',
      `0::/machine.slice/libpod-${ID}.scope/container`,
      `0::/machine.slice/libpod-${ID}.scope/container`,
    ],
    ['a cgroup namespace', `0::/../${ID}`, `0::/../${ID}`],
    ['systemd inside', `0::/docker/${ID}/init.scope`, `0::/docker/${ID}/system.slice/x.service`],
  ])('are those of its cgroup (%s)', async (_, init, member) => {
    await make(100, init);
    await make(101, member, 7);
    await make(102, init.replaceAll(ID, OTHER));
    await make(103, '0::/user.slice\n');
    await make(104, init.replaceAll(ID, `${ID}0`));
    const processes = new ContainerProcesses(new Procfs(root), ID, 100);
    expect(processes.list().map(({ pid }) => pid)).toEqual([100, 101]);
    expect(processes.prove({ pid: 101, startTicks: 7 }).pid).toBe(101);
    for (const identity of [
      { pid: 101, startTicks: 8 },
      { pid: 102, startTicks: 1 },
      { pid: 103, startTicks: 1 },
      { pid: 999, startTicks: 1 },
    ]) {
      expect(() => processes.prove(identity)).toThrow(
        expect.objectContaining({ code: 'process-unknown' }) as Error,
      );
    }
  });

  it('are unknown when the container does not run or its cgroup does not name it', async () => {
    await make(100, '0::/\n');
    const conflict = expect.objectContaining({ code: 'conflict' }) as Error;
    expect(() => new ContainerProcesses(new Procfs(root), ID, 0)).toThrow(conflict);
    expect(() => new ContainerProcesses(new Procfs(root), ID, 100)).toThrow(conflict);
  });
});
