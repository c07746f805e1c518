import type { Pressure } from './pressure.js';

/** What a cgroup uses; a part is undefined when its controller is off or its files may not be read. */
export interface CgroupStatistics {
  readonly cpu: CpuStatistics | undefined;
  readonly memory: MemoryStatistics | undefined;
  readonly io: readonly DeviceStatistics[];
  readonly pids: number | undefined;
  readonly pressure: readonly Pressure[];
}

/** Seconds. */
export interface CpuStatistics {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly periods: number;
  readonly throttledPeriods: number;
  readonly throttledSeconds: number;
}

/** Bytes. */
export interface MemoryStatistics {
  readonly usage: number;
  readonly inactiveFile: number;
  readonly rss: number;
  readonly cache: number;
  /** Undefined where swap is not accounted. */
  readonly swap: number | undefined;
  readonly oomKills: number | undefined;
}

export interface DeviceStatistics {
  /** The kernel's `major:minor`. */
  readonly device: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly reads: number;
  readonly writes: number;
}

/** What a cgroup may use at most; a part is undefined when it is unlimited. They change as good as never. */
export interface CgroupLimits {
  /** Quota over period. */
  readonly cores: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly pids: number | undefined;
}
