import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable, mainCgroup, parseEffectiveUid } from './procfs.js';

const constants = { pageBytes: 4096, ticksPerSecond: 100 };

let procRoot: string;
beforeEach(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'toposcope-proc-'));
});
afterEach(() => {
  rmSync(procRoot, { recursive: true, force: true });
});

describe('createProcessTable', () => {
  it('reads a process whole', () => {
    putProcess(7, {
      name: 'nginx',
      ppid: 1,
      uid: 33,
      cgroup: '/docker/x',
      netns: 4026531840,
      ticks: [150, 50],
    });
    const { processes } = table().refresh(0);
    expect([...processes.values()]).toEqual([
      {
        pid: 7,
        ppid: 1,
        name: 'nginx',
        state: 'S',
        uid: 33,
        startTicks: 900,
        cpuSeconds: 2,
        residentBytes: 3 * 4096,
        threads: 4,
        cgroup: '/docker/x',
        netns: 4026531840,
      },
    ]);
  });

  it('leaves kernel threads out, by their flag', () => {
    putProcess(2, { name: 'kthreadd', flags: 0x208040 });
    putProcess(3, { name: 'init', flags: 0x400100 });
    expect([...table().refresh(0).processes.keys()]).toEqual([3]);
  });

  it('leaves out a process that ended before its stat was read', () => {
    putProcess(8, { name: 'gone' });
    rmSync(join(procRoot, '8', 'stat'));
    expect(table().refresh(0).processes.size).toBe(0);
  });

  it('keeps a process whose status, cgroup and namespace may not be read', () => {
    putProcess(9, { name: 'closed' });
    for (const file of ['status', 'cgroup', 'ns/net']) {
      rmSync(join(procRoot, '9', file));
    }
    expect(table().refresh(0).processes.get(9)).toMatchObject({
      name: 'closed',
      uid: 0,
      cgroup: '',
      netns: 0,
    });
  });

  it('ignores everything in the root that is not a process', () => {
    writeFileSync(join(procRoot, 'uptime'), '1 1\n');
    mkdirSync(join(procRoot, 'sys'));
    expect(table().refresh(0).processes.size).toBe(0);
  });

  it('throws when the root cannot be listed', () => {
    const broken = createProcessTable({ procRoot: join(procRoot, 'nowhere'), constants });
    expect(() => broken.refresh(0)).toThrow(/ENOENT.*nowhere/);
  });

  it('answers from the last reading while that is young enough', () => {
    let time = 0;
    const processes = createProcessTable({ procRoot, constants, now: () => time });
    putProcess(7, { name: 'a' });
    const first = processes.refresh(500);
    time = 499;
    expect(processes.refresh(500)).toBe(first);
    time = 500;
    expect(processes.refresh(500)).not.toBe(first);
  });

  it('discovers what has started and what has ended, and leaves the rest as it was read', () => {
    let time = 0;
    const processes = createProcessTable({ procRoot, constants, now: () => time });
    putProcess(2, { name: 'kthreadd', flags: 0x208040 });
    putProcess(7, { name: 'old', ticks: [100, 0] });
    putProcess(8, { name: 'leaving' });
    const whole = processes.refresh(0);
    time = 40_000;
    putProcess(7, { name: 'old', ticks: [200, 0] });
    rmSync(join(procRoot, '8'), { recursive: true });
    putProcess(9, { name: 'new' });
    const found = processes.discover(60_000);
    expect(found.takenAt).toBe(whole.takenAt);
    expect([...found.processes.keys()]).toEqual([7, 9]);
    expect(found.processes.get(7)).toBe(whole.processes.get(7));
    expect(processes.discover(40_000).processes.get(7)?.cpuSeconds).toBe(2);
  });

  it('discovers the same as before while the same processes live', () => {
    let time = 0;
    const processes = createProcessTable({ procRoot, constants, now: () => time });
    putProcess(2, { name: 'kthreadd', flags: 0x208040 });
    putProcess(7, { name: 'old' });
    processes.refresh(0);
    time = 40_000;
    const found = processes.discover(60_000);
    expect(processes.discover(60_000)).toBe(found);
    rmSync(join(procRoot, '7'), { recursive: true });
    putProcess(8, { name: 'new' });
    expect([...processes.discover(60_000).processes.keys()]).toEqual([8]);
  });

  it('discovers where a process went that had just started', () => {
    let time = 0;
    const processes = createProcessTable({ procRoot, constants, now: () => time });
    processes.refresh(0);
    putProcess(7, { name: 'runc', cgroup: '/', netns: 1 });
    expect(processes.discover(60_000).processes.get(7)).toMatchObject({ cgroup: '/', netns: 1 });
    putProcess(7, { name: 'app', cgroup: '/docker/x', netns: 2 });
    time = 1_000;
    expect(processes.discover(60_000).processes.get(7)).toMatchObject({
      name: 'app',
      cgroup: '/docker/x',
      netns: 2,
    });
  });

  it('follows a process that has just started into its container, one that has settled a little later', () => {
    let time = 0;
    const processes = createProcessTable({ procRoot, constants, now: () => time });
    putProcess(7, { name: 'runc', cgroup: '/' });
    expect(processes.refresh(0).processes.get(7)?.cgroup).toBe('/');
    putProcess(7, { name: 'runc', cgroup: '/docker/x' });
    time = 10;
    expect(processes.discover(60_000).processes.get(7)?.cgroup).toBe('/docker/x');
    time = 3_000;
    processes.refresh(0);
    putProcess(7, { name: 'runc', cgroup: '/docker/y' });
    time = 5_999;
    expect(processes.refresh(0).processes.get(7)?.cgroup).toBe('/docker/x');
    time = 6_000;
    expect(processes.refresh(0).processes.get(7)?.cgroup).toBe('/docker/y');
  });

  it('reads those that were there before us again within a minute, a few at a time', () => {
    let time = 0;
    const processes = createProcessTable({ procRoot, constants, now: () => time });
    const pids = Array.from({ length: 32 }, (_, index) => 100 + index);
    writeFileSync(join(procRoot, 'uptime'), '5000.00 1\n');
    pids.forEach((pid) => putProcess(pid, { name: 'app', cgroup: '/a' }));
    processes.refresh(0);
    pids.forEach((pid) => putProcess(pid, { name: 'app', cgroup: '/b' }));
    const moved = (at: number): number => {
      time = at;
      const records = [...processes.refresh(0).processes.values()];
      return records.filter(({ cgroup }) => cgroup === '/b').length;
    };
    expect([1_000, 15_000, 30_000, 45_000, 60_000].map(moved)).toEqual([0, 8, 16, 24, 32]);
  });

  it('reads who a process is again when it executes another program', () => {
    const processes = createProcessTable({ procRoot, constants, now: () => 0 });
    putProcess(7, { name: 'sudo', uid: 0 });
    processes.refresh(0);
    putProcess(7, { name: 'app', uid: 1000 });
    expect(processes.refresh(0).processes.get(7)).toMatchObject({ name: 'app', uid: 1000 });
  });

  it('does not take a new process for the old one of the same number', () => {
    const processes = createProcessTable({ procRoot, constants, now: () => 0 });
    putProcess(7, { name: 'sh', uid: 0, startTicks: 900 });
    processes.refresh(0);
    putProcess(7, { name: 'sh', uid: 1000, startTicks: 901 });
    expect(processes.refresh(0).processes.get(7)).toMatchObject({ uid: 1000, startTicks: 901 });
  });

  it('says of this very process what the kernel says in other words', () => {
    const own = createProcessTable({ procRoot: '/proc', constants }).refresh(0).processes.get(process.pid);
    expect(own).toMatchObject({
      pid: process.pid,
      ppid: process.ppid,
      uid: process.geteuid?.(),
      name: readFileSync('/proc/self/comm', 'utf8').trimEnd(),
    });
    const status = readFileSync('/proc/self/status', 'utf8');
    const residentKib = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
    expect((own?.residentBytes ?? 0) / 1024 / residentKib).toBeCloseTo(1, 0);
  });
});

describe('mainCgroup', () => {
  it.each([
    ['the only line of a v2 host', '0::/system.slice/ssh.service\n', '/system.slice/ssh.service'],
    ['the v2 line of a hybrid host', '4:memory:/docker/a\n0::/docker/b\n', '/docker/b'],
    ['a v1 line where the v2 tree is not used', '4:memory:/docker/a\n0::/\n', '/docker/a'],
    [
      'the first v1 line that is not the root',
      '9:name=systemd:/\n4:memory:/docker/a\n3:cpu:/b\n',
      '/docker/a',
    ],
    ['the root when all lines say so', '4:memory:/\n0::/\n', '/'],
    ['a path with colons', '0::/system.slice/a:b:c.scope\n', '/system.slice/a:b:c.scope'],
    ['nothing of nothing', '', ''],
    ['nothing of rubbish', 'no cgroup here', ''],
  ])('is %s', (_case, text, path) => {
    expect(mainCgroup(text)).toBe(path);
  });
});

describe('parseEffectiveUid', () => {
  it.each([
    ['the second number', 'Name:\tsu\nUid:\t1000\t0\t0\t0\n', 0],
    ['also when it is large', 'Uid:\t0\t4294967294\t0\t0\n', 4294967294],
    ['root when the line is missing', 'Name:\tsu\n', 0],
  ])('is %s', (_case, status, uid) => {
    expect(parseEffectiveUid(status)).toBe(uid);
  });
});

interface Fields {
  name: string;
  ppid?: number;
  flags?: number;
  uid?: number;
  cgroup?: string;
  netns?: number;
  ticks?: [number, number];
  startTicks?: number;
}

function table() {
  return createProcessTable({ procRoot, constants });
}

function putProcess(pid: number, fields: Fields): void {
  const {
    name,
    ppid = 1,
    flags = 4194560,
    uid = 0,
    cgroup = '/',
    netns = 1,
    ticks = [0, 0],
    startTicks = 900,
  } = fields;
  const directory = join(procRoot, String(pid));
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'ns'), { recursive: true });
  const numbers = `${ppid} 1 1 0 -1 ${flags} 1 1 0 0 ${ticks.join(' ')} 9 9 20 0 4 0 ${startTicks} 8192 3 18446744073709551615 0`;
  writeFileSync(join(directory, 'stat'), `${pid} (${name}) S ${numbers}\n`);
  writeFileSync(join(directory, 'status'), `Name:\t${name}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`);
  writeFileSync(join(directory, 'cgroup'), `0::${cgroup}\n`);
  symlinkSync(`net:[${netns}]`, join(directory, 'ns', 'net'));
}
