import type {
  CgroupLimits,
  CgroupStatistics,
  CpuStatistics,
  DeviceStatistics,
  MemoryStatistics,
} from './cgroup-statistics.js';
import { readKeyed, readNumber } from './cgroup-file.js';
import type { RecordReader } from './kept-files.js';

/** An unlimited memory.limit_in_bytes is the largest signed number rounded down to a page (mm/page_counter.c). */
const UNLIMITED_BYTES = 2 ** 60;

/**
 * Reads one group from the v1 controllers' trees (Documentation/admin-guide/cgroup-v1/). `directoryOf` says where
 * the group stands in a controller's tree. Undefined when no controller knows it any more.
 */
export function readCgroupV1(
  directoryOf: (controller: string) => string | undefined,
  read: RecordReader,
): Omit<CgroupStatistics, 'pressure'> | undefined {
  const cpu = readCpu(directoryOf('cpuacct'), directoryOf('cpu'), read);
  const memory = readMemory(directoryOf('memory'), read);
  const pidsDirectory = directoryOf('pids');
  const pids = pidsDirectory === undefined ? undefined : readNumber(`${pidsDirectory}/pids.current`, read);
  if (cpu === undefined && memory === undefined && pids === undefined) {
    return undefined;
  }
  const blkio = directoryOf('blkio');
  return {
    cpu,
    memory,
    io: blkio === undefined ? [] : readIo(blkio, read),
    pids,
  };
}

/** Reads the limits of one group from the v1 controllers' trees: microseconds of processor time, and bytes. */
export function readLimitsV1(
  directoryOf: (controller: string) => string | undefined,
  read: RecordReader,
): CgroupLimits {
  const limit = (controller: string, file: string) => {
    const directory = directoryOf(controller);
    return directory === undefined ? undefined : readNumber(`${directory}/${file}`, read);
  };
  // A quota of -1 is none, and no number to the reader.
  const quota = limit('cpu', 'cpu.cfs_quota_us');
  const period = limit('cpu', 'cpu.cfs_period_us');
  const memory = limit('memory', 'memory.limit_in_bytes');
  return {
    cores: quota === undefined || !period ? undefined : quota / period,
    memoryBytes: memory === undefined || memory >= UNLIMITED_BYTES ? undefined : memory,
    pids: limit('pids', 'pids.max'),
  };
}

/** Parses `blkio.throttle.io_service*`: `8:0 Read 4096` a line, and a `Total` without a device. */
export function parseBlkio(text: string): Map<string, { read: number; write: number }> {
  const devices = new Map<string, { read: number; write: number }>();
  for (const line of text.split('\n')) {
    const [, device = '', direction, count] = /^(\d+:\d+) (Read|Write) (\d+)$/.exec(line) ?? [];
    if (direction === undefined) {
      continue;
    }
    const found = devices.get(device) ?? { read: 0, write: 0 };
    found[direction === 'Read' ? 'read' : 'write'] = Number(count);
    devices.set(device, found);
  }
  return devices;
}

/** Nanoseconds throughout. */
function readCpu(
  accounting: string | undefined,
  scheduling: string | undefined,
  read: RecordReader,
): CpuStatistics | undefined {
  const user = accounting === undefined ? undefined : readNumber(`${accounting}/cpuacct.usage_user`, read);
  const system = accounting === undefined ? undefined : readNumber(`${accounting}/cpuacct.usage_sys`, read);
  if (user === undefined || system === undefined) {
    return undefined;
  }
  const stat = scheduling === undefined ? undefined : readKeyed(`${scheduling}/cpu.stat`, read);
  return {
    userSeconds: user / 1e9,
    systemSeconds: system / 1e9,
    periods: stat?.get('nr_periods') ?? 0,
    throttledPeriods: stat?.get('nr_throttled') ?? 0,
    throttledSeconds: (stat?.get('throttled_time') ?? 0) / 1e9,
  };
}

function readMemory(directory: string | undefined, read: RecordReader): MemoryStatistics | undefined {
  const usage = directory === undefined ? undefined : readNumber(`${directory}/memory.usage_in_bytes`, read);
  const stat = directory === undefined ? undefined : readKeyed(`${directory}/memory.stat`, read);
  if (usage === undefined || stat === undefined) {
    return undefined;
  }
  return {
    usage,
    inactiveFile: stat.get('total_inactive_file') ?? 0,
    rss: stat.get('total_rss') ?? 0,
    cache: stat.get('total_cache') ?? 0,
    swap: stat.get('total_swap'),
    oomKills: readKeyed(`${directory ?? ''}/memory.oom_control`, read)?.get('oom_kill'),
  };
}

/** The throttle files count on every kernel; the CFQ scheduler's own (`blkio.io_service_bytes`) are gone since 5.0. */
function readIo(directory: string, read: RecordReader): DeviceStatistics[] {
  const counts = (name: string) => parseBlkio(read(`${directory}/${name}`)?.toString('latin1') ?? '');
  const bytes = counts('blkio.throttle.io_service_bytes_recursive');
  const operations = counts('blkio.throttle.io_serviced_recursive');
  return [...bytes].map(([device, moved]) => ({
    device,
    readBytes: moved.read,
    writtenBytes: moved.write,
    reads: operations.get(device)?.read ?? 0,
    writes: operations.get(device)?.write ?? 0,
  }));
}
