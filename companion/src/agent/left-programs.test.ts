import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leftPrograms, markOf, withoutMark } from './left-programs.js';
import { Procfs } from './procfs.js';

const CONTAINER = `0::/docker/${'ab'.repeat(32)}\n`;
const RUNTIME = '0::/system.slice/containerd.service\n';
const HERE = 'pid:[4026531836]';
const AGENT = 900;

interface Made {
  readonly parent?: number;
  readonly startTicks?: number;
  readonly cgroup?: string;
  readonly environment?: readonly string[];
}

describe('what a terminal has left', () => {
  let root: string;
  let procfs: Procfs;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'procfs-'));
    procfs = new Procfs(root);
    await make(AGENT, { startTicks: 5_000, cgroup: '0::/system.slice/agent.service\n' });
    await make(10, { cgroup: RUNTIME });
    await make(20, { parent: 10 });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function make(pid: number, made: Made = {}): Promise<void> {
    const { parent = 1, startTicks = 1, cgroup = CONTAINER, environment = [] } = made;
    const folder = join(root, String(pid));
    await mkdir(join(folder, 'ns'), { recursive: true });
    await symlink(HERE, join(folder, 'ns/pid'));
    await writeFile(
      join(folder, 'stat'),
      `${pid} (sh) S ${parent} ${pid} ${pid} 0 -1 0 9 0 0 0 1 1 0 0 20 0 1 0 ${startTicks} 1 1\n`,
    );
    await writeFile(join(folder, 'status'), `Name:\tsh\nNSpid:\t${pid}\n`);
    await writeFile(join(folder, 'cgroup'), cgroup);
    await writeFile(join(folder, 'environ'), environment.map((variable) => `${variable}\0`).join(''));
  }

  it('is the program of an agent that is no more, and neither a service that it started nor any other', async () => {
    const gone = { environment: ['PATH=/bin', `TOPOSCOPE_TERMINAL=${HERE}700:4000`] };
    await make(30, { ...gone, parent: 10 });
    // Started by it: in its group, or a service that has become the first process's child.
    await make(31, { ...gone, parent: 30 });
    await make(32, { ...gone, parent: 20 });
    expect(leftPrograms(procfs, AGENT).map(({ pid }) => pid)).toEqual([30]);
  });

  it('is what an agent had opened whose pid is another process now', async () => {
    await make(30, { parent: 10, environment: [`TOPOSCOPE_TERMINAL=${HERE}${AGENT}:4000`] });
    expect(leftPrograms(procfs, AGENT).map(({ pid }) => pid)).toEqual([30]);
  });

  it.each([
    ['an agent that runs has opened', () => markOf(procfs, AGENT)],
    ['an agent of another pid namespace has opened', () => ['TOPOSCOPE_TERMINAL=pid:[1]700:4000']],
    ['bears no mark', () => ['TERM=xterm']],
    ['bears a mark of its own making', () => [`TOPOSCOPE_TERMINAL=${HERE}-1:`]],
  ])('is nothing that %s', async (_, environment) => {
    await make(30, { parent: 10, environment: environment() });
    expect(leftPrograms(procfs, AGENT)).toEqual([]);
  });

  it('is not what is started again in the place of one of its processes', () => {
    expect(withoutMark(['A=1', ...markOf(procfs, AGENT)])).toEqual(['A=1']);
    expect(markOf(procfs, AGENT)).toEqual([`TOPOSCOPE_TERMINAL=${HERE}${AGENT}:5000`]);
  });
});
