import { describe, expect, it } from 'vitest';
import { hostName } from '../contract/ids.js';
import { SampleBuffer } from '../exposition/sample-buffer.js';
import { writeExposition } from '../exposition/text-format.js';
import type { ProcessRecord } from '../kernel/process.js';
import { createProcessCollector, type ProcessOptions } from './process.js';

function record(pid: number, cpuSeconds: number): ProcessRecord {
  const rest = {
    ppid: 1,
    name: 'a',
    state: 'S',
    uid: 0,
    startTicks: 1,
    residentBytes: 1,
    threads: 1,
    netns: 0,
  };
  return { ...rest, pid, cpuSeconds, cgroup: '/' };
}

function collect(records: ProcessRecord[], more: Partial<ProcessOptions>) {
  const sink = new SampleBuffer();
  const snapshot = { takenAt: 0, processes: new Map(records.map((found) => [found.pid, found])) };
  const collector = createProcessCollector({
    host: hostName('h'),
    procRoot: '/nonexistent',
    processes: { refresh: () => snapshot, discover: () => snapshot },
    openFiles: { of: () => new Map() },
    users: { nameOf: String },
    ticksPerSecond: 100,
    bootTime: () => undefined,
    limit: 1000,
    command: false,
    ...more,
  });
  void collector.collect(sink);
  const collected = sink.collected();
  const text = writeExposition(collected.blocks, 'prometheus').toString();
  const pids = [...text.matchAll(/^toposcope_process_cpu_seconds_total\{.*pid="(\d+)"/gm)].map(([, pid]) =>
    Number(pid),
  );
  return { pids, text, dropped: collected.dropped };
}

const FOUR = [record(1, 5), record(2, 50), record(3, 500), record(4, 1)];

describe('createProcessCollector', () => {
  it('shows all processes within the limit', () => {
    const { pids, dropped } = collect(FOUR, { limit: 4 });
    expect(pids).toEqual([1, 2, 3, 4]);
    expect(dropped.size).toBe(0);
  });

  it('shows connected ones first, then those that used most, and counts the rest', () => {
    const { pids, dropped, text } = collect(FOUR, { limit: 2, connectedPids: () => new Set([4]) });
    expect(pids).toEqual([4, 3]);
    expect(dropped.get('toposcope_process_info')).toBe(2);
    expect(text).toContain('toposcope_process_group_processes{host="h",container_id="",name="a"} 4\n');
  });

  it('shows none but the groups with a limit of 0', () => {
    const { pids, text } = collect(FOUR, { limit: 0 });
    expect(pids).toEqual([]);
    expect(text).toContain(
      'toposcope_process_group_cpu_seconds_total{host="h",container_id="",name="a"} 556\n',
    );
  });

  it('leaves the start out when the boot time is unknown', () => {
    expect(collect(FOUR, {}).text).not.toContain('start_time');
    expect(collect(FOUR, { bootTime: () => 1000 }).text).toContain(
      'process_start_time_seconds{host="h",container_id="",pid="1"} 1000.01\n',
    );
  });
});
