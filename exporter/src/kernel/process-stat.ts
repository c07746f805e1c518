/** What one line of `/proc/<pid>/stat` says, in the kernel's own units. */
export interface ProcessStat {
  /** At most 15 bytes as the kernel has them, invalid UTF-8 replaced. */
  readonly name: string;
  readonly state: string;
  readonly ppid: number;
  readonly flags: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly threads: number;
  readonly startTicks: number;
  readonly residentPages: number;
}

/** `PF_KTHREAD` of include/linux/sched.h. */
const KERNEL_THREAD = 0x00200000;

/** Fields after the name, counted from the state at 0; proc_pid_stat(5) counts from the pid at 1. */
const PPID = 1;
const FLAGS = 6;
const UTIME = 11;
const STIME = 12;
const NUM_THREADS = 17;
const STARTTIME = 19;
const RSS = 21;

const SPACE = 0x20;
const OPEN = 0x28;
const CLOSE = 0x29;
const ZERO = 0x30;

/** One set of numbers, used again for every line: the parser runs once a process a scrape. */
const fields = new Float64Array(RSS + 1);

/**
 * Parses a line in place. The name stands between the first `(` and the last `)`, since it may hold brackets,
 * spaces and newlines itself. Undefined for anything that is not such a line.
 */
export function parseProcessStat(line: Buffer): ProcessStat | undefined {
  const open = line.indexOf(OPEN);
  const close = line.lastIndexOf(CLOSE);
  if (open < 0 || close < open || line[close + 1] !== SPACE || !readFields(line, close + 4)) {
    return undefined;
  }
  return {
    name: line.toString('utf8', open + 1, close),
    state: line.toString('latin1', close + 2, close + 3),
    ppid: field(PPID),
    flags: field(FLAGS),
    userTicks: field(UTIME),
    systemTicks: field(STIME),
    threads: field(NUM_THREADS),
    startTicks: field(STARTTIME),
    residentPages: Math.max(0, field(RSS)),
  };
}

/** Kernel threads have no memory, files or sockets of their own. */
export function isKernelThread(stat: ProcessStat): boolean {
  return (stat.flags & KERNEL_THREAD) !== 0;
}

/** Reads the numbers from `start`, the first digit behind the state. False when there are too few. */
function readFields(line: Buffer, start: number): boolean {
  let index = 0;
  let value = 0;
  let digits = 0;
  let negative = false;
  for (let position = start; position <= line.length && index < RSS; position++) {
    const byte = position < line.length ? (line[position] ?? SPACE) : SPACE;
    if (byte >= ZERO && byte <= ZERO + 9) {
      value = value * 10 + (byte - ZERO);
      digits++;
    } else if (byte === 0x2d && digits === 0) {
      negative = true;
    } else if (digits === 0) {
      return false;
    } else {
      fields[++index] = negative ? -value : value;
      value = 0;
      digits = 0;
      negative = false;
    }
  }
  return index === RSS;
}

function field(index: number): number {
  return fields[index] ?? 0;
}
