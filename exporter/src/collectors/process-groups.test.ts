import { describe, expect, it } from 'vitest';
import type { ContainerId } from '../contract/ids.js';
import type { ProcessRecord, ProcessSnapshot } from '../kernel/process.js';
import { createProcessGroups } from './process-groups.js';

const containerOf = (cgroup: string) => (cgroup === '/' ? undefined : (cgroup as ContainerId));

function snapshot(
  takenAt: number,
  ...processes: (Partial<ProcessRecord> & { pid: number })[]
): ProcessSnapshot {
  const records = processes.map((process): ProcessRecord => ({
    ppid: 1,
    name: 'a',
    state: 'S',
    uid: 0,
    startTicks: 1,
    cpuSeconds: 0,
    residentBytes: 10,
    threads: 2,
    cgroup: '/',
    netns: 0,
    ...process,
  }));
  return { takenAt, processes: new Map(records.map((record) => [record.pid, record])) };
}

const NONE = new Map<number, number>();

describe('createProcessGroups', () => {
  it('adds up the processes of one name in one container', () => {
    const groups = createProcessGroups(containerOf);
    const found = groups.add(
      snapshot(
        0,
        { pid: 1, cpuSeconds: 1 },
        { pid: 2, cpuSeconds: 2 },
        { pid: 3, cgroup: 'c' },
        { pid: 4, name: 'b' },
      ),
      new Map([
        [1, 5],
        [2, 6],
      ]),
    );
    expect(found).toEqual([
      {
        containerId: '',
        name: 'a',
        processes: 2,
        cpuSeconds: 3,
        residentBytes: 20,
        threads: 4,
        openFiles: 11,
      },
      {
        containerId: 'c',
        name: 'a',
        processes: 1,
        cpuSeconds: 0,
        residentBytes: 10,
        threads: 2,
        openFiles: undefined,
      },
      {
        containerId: '',
        name: 'b',
        processes: 1,
        cpuSeconds: 0,
        residentBytes: 10,
        threads: 2,
        openFiles: undefined,
      },
    ]);
  });

  it('keeps the processor time of members that ended', () => {
    const groups = createProcessGroups(containerOf);
    groups.add(snapshot(0, { pid: 1, cpuSeconds: 5 }, { pid: 2, cpuSeconds: 7 }), NONE);
    expect(groups.add(snapshot(1, { pid: 2, cpuSeconds: 8 }), NONE)[0]).toMatchObject({
      processes: 1,
      cpuSeconds: 13,
    });
  });

  it('counts a new process of an old number from its beginning', () => {
    const groups = createProcessGroups(containerOf);
    groups.add(snapshot(0, { pid: 1, cpuSeconds: 5, startTicks: 1 }), NONE);
    expect(groups.add(snapshot(1, { pid: 1, cpuSeconds: 3, startTicks: 2 }), NONE)[0]?.cpuSeconds).toBe(8);
  });

  it('gives what a process used under its old name to the old group', () => {
    const groups = createProcessGroups(containerOf);
    groups.add(snapshot(0, { pid: 1, name: 'sh', cpuSeconds: 5 }, { pid: 2, name: 'sh' }), NONE);
    const found = groups.add(
      snapshot(1, { pid: 1, name: 'app', cpuSeconds: 6 }, { pid: 2, name: 'sh' }),
      NONE,
    );
    expect(found.map(({ name, cpuSeconds }) => [name, cpuSeconds])).toEqual([
      ['app', 1],
      ['sh', 5],
    ]);
  });

  it('leaves out a group without members, and goes on counting when it comes back', () => {
    const groups = createProcessGroups(containerOf);
    groups.add(snapshot(0, { pid: 1, cpuSeconds: 5 }), NONE);
    expect(groups.add(snapshot(60_000), NONE)).toEqual([]);
    expect(groups.add(snapshot(120_000, { pid: 2, cpuSeconds: 1 }), NONE)[0]?.cpuSeconds).toBe(6);
  });

  it('forgets a group that stayed away for long', () => {
    const groups = createProcessGroups(containerOf);
    groups.add(snapshot(0, { pid: 1, cpuSeconds: 5 }), NONE);
    groups.add(snapshot(16 * 60_000), NONE);
    expect(groups.add(snapshot(17 * 60_000, { pid: 2, cpuSeconds: 1 }), NONE)[0]?.cpuSeconds).toBe(1);
  });
});
