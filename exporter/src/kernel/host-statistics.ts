/** The first line of `/proc/stat` in the kernel's order (proc_stat(5)). */
const CPU_MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;
export type CpuMode = (typeof CPU_MODES)[number];

export interface HostProcessors {
  readonly online: number;
  /** Seconds by mode. Guests' time is within user and nice already, and therefore not repeated. */
  readonly seconds: readonly (readonly [CpuMode, number])[];
  /** Unix seconds. */
  readonly bootTime: number;
}

/** Parses `/proc/stat`. Undefined when it has no line for all processors. */
export function parseHostProcessors(text: string, ticksPerSecond: number): HostProcessors | undefined {
  const total = /^cpu +(.*)$/m.exec(text)?.[1]?.trim().split(/ +/).map(Number);
  if (total === undefined || total.some(Number.isNaN)) {
    return undefined;
  }
  return {
    online: text.match(/^cpu\d+ /gm)?.length ?? 0,
    seconds: CPU_MODES.slice(0, total.length).map((mode, index) => [
      mode,
      (total[index] ?? 0) / ticksPerSecond,
    ]),
    bootTime: Number(/^btime (\d+)$/m.exec(text)?.[1] ?? 0),
  };
}

/** Parses `/proc/loadavg`: averages over one, five and fifteen minutes. */
export function parseLoadAverages(text: string): readonly [number, number, number] | undefined {
  const [, one, five, fifteen] = /^([\d.]+) ([\d.]+) ([\d.]+) /.exec(text) ?? [];
  return one === undefined ? undefined : [Number(one), Number(five), Number(fifteen)];
}

/** Parses `/proc/meminfo`; its kB are 1,024 bytes. Available is missing on kernels before 3.14. */
export function parseHostMemory(text: string): { total: number; available: number | undefined } | undefined {
  const bytes = (name: string) => {
    const kib = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  };
  const total = bytes('MemTotal');
  return total === undefined ? undefined : { total, available: bytes('MemAvailable') };
}
