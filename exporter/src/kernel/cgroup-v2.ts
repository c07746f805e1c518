import type {
  CgroupLimits,
  CgroupStatistics,
  CpuStatistics,
  DeviceStatistics,
  MemoryStatistics,
} from './cgroup-statistics.js';
import { readKeyed, readNumber, type KeyedNumbers } from './cgroup-file.js';
import type { RecordReader } from './kept-files.js';

/**
 * Reads a directory of the v2 tree (Documentation/admin-guide/cgroup-v2.rst). Undefined when it is gone: `cpu.stat`
 * exists in every group but the root, whatever controllers are on.
 */
export function readCgroupV2(
  directory: string,
  read: RecordReader,
): Omit<CgroupStatistics, 'pressure'> | undefined {
  const cpuStat = readKeyed(`${directory}/cpu.stat`, read);
  if (cpuStat === undefined) {
    return undefined;
  }
  return {
    cpu: toCpu(cpuStat),
    memory: readMemory(directory, read),
    io: parseIoStat(read(`${directory}/io.stat`)?.toString('latin1') ?? ''),
    pids: readNumber(`${directory}/pids.current`, read),
  };
}

/** Reads the limits of a directory of the v2 tree. */
export function readLimitsV2(directory: string, read: RecordReader): CgroupLimits {
  return {
    cores: parseCpuMax(read(`${directory}/cpu.max`)?.toString('latin1') ?? ''),
    memoryBytes: readNumber(`${directory}/memory.max`, read),
    pids: readNumber(`${directory}/pids.max`, read),
  };
}

/** Parses `cpu.max`: `quota period` in microseconds, or `max period`. */
export function parseCpuMax(text: string): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)\s*$/.exec(text) ?? [];
  return quota === undefined || Number(period) === 0 ? undefined : Number(quota) / Number(period);
}

/** Parses `io.stat`: `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6` a line; a device without use has no pairs. */
export function parseIoStat(text: string): DeviceStatistics[] {
  return text.split('\n').flatMap((line) => {
    const [device = '', ...pairs] = line.trim().split(' ');
    if (pairs.length === 0 || !/^\d+:\d+$/.test(device)) {
      return [];
    }
    const values = new Map(pairs.map((pair) => pair.split('=') as [string, string | undefined]));
    const value = (key: string) => {
      const number = Number(values.get(key) ?? 0);
      return Number.isFinite(number) ? number : 0;
    };
    return [
      {
        device,
        readBytes: value('rbytes'),
        writtenBytes: value('wbytes'),
        reads: value('rios'),
        writes: value('wios'),
      },
    ];
  });
}

function toCpu(stat: KeyedNumbers): CpuStatistics {
  const seconds = (key: string) => (stat.get(key) ?? 0) / 1e6;
  return {
    userSeconds: seconds('user_usec'),
    systemSeconds: seconds('system_usec'),
    periods: stat.get('nr_periods') ?? 0,
    throttledPeriods: stat.get('nr_throttled') ?? 0,
    throttledSeconds: seconds('throttled_usec'),
  };
}

function readMemory(directory: string, read: RecordReader): MemoryStatistics | undefined {
  const usage = readNumber(`${directory}/memory.current`, read);
  const stat = readKeyed(`${directory}/memory.stat`, read);
  if (usage === undefined || stat === undefined) {
    return undefined;
  }
  return {
    usage,
    inactiveFile: stat.get('inactive_file') ?? 0,
    rss: stat.get('anon') ?? 0,
    cache: stat.get('file') ?? 0,
    swap: readNumber(`${directory}/memory.swap.current`, read),
    oomKills: readKeyed(`${directory}/memory.events`, read)?.get('oom_kill'),
  };
}
