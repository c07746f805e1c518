import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** One process of this host at one moment. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parentPid: number;
  /** In the innermost pid namespace, the container's own. */
  readonly containerPid: number;
  readonly name: string;
  readonly state: string;
  /** Clock ticks since boot. */
  readonly startTicks: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly uid: number;
  readonly gid: number;
}

/** USER_HZ, which is 100 on every architecture that Node.js runs on under Linux (asm-generic/param.h). */
export const TICKS_PER_SECOND = 100;

/** `/proc`, mounted anywhere. Reads are synchronous, so that a check and the signal after it are one step. */
export class Procfs {
  readonly #root: string;

  constructor(root = '/proc') {
    this.#root = root;
  }

  pids(): number[] {
    return readdirSync(this.#root)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  }

  /** Undefined when the process is gone. */
  process(pid: number): ProcessFacts | undefined {
    const stat = this.#read(pid, 'stat');
    const status = this.#read(pid, 'status');
    return stat === undefined || status === undefined ? undefined : parseProcess(pid, stat, status);
  }

  /** The paths of all its cgroups, one a hierarchy; empty when the process is gone. */
  cgroups(pid: number): string[] {
    const text = this.#read(pid, 'cgroup') ?? '';
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':').slice(2).join(':'));
  }

  commandLine(pid: number): string[] {
    return splitAtNul(this.#read(pid, 'cmdline') ?? '');
  }

  environment(pid: number): string[] {
    return splitAtNul(this.#read(pid, 'environ') ?? '');
  }

  workingDirectory(pid: number): string {
    return readlinkSync(join(this.#root, String(pid), 'cwd'));
  }

  /** Which pid namespace a process is in, such as `pid:[4026531836]`: the same pid in another one is another process. */
  pidNamespace(pid: number): string {
    return readlinkSync(join(this.#root, String(pid), 'ns/pid'));
  }

  uptimeSeconds(): number {
    return z.coerce.number().parse(readFileSync(join(this.#root, 'uptime'), 'utf8').split(' ', 1)[0]);
  }

  #read(pid: number, file: string): string | undefined {
    try {
      return readFileSync(join(this.#root, String(pid), file), 'utf8');
    } catch (error) {
      if (isGone(error)) {
        return undefined;
      }
      throw error;
    }
  }
}

/** Parses `/proc/<pid>/stat` and `status` (proc(5)). Undefined when a field is missing. */
export function parseProcess(pid: number, stat: string, status: string): ProcessFacts | undefined {
  // The name may contain spaces and brackets, so fields are counted from its last bracket.
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  const fields = stat.slice(close + 2).split(' ');
  const state = fields[0] ?? '';
  const [parentPid, userTicks, systemTicks, startTicks] = [1, 11, 12, 19].map((index) =>
    Number(fields[index]),
  );
  if (
    open < 0 ||
    parentPid === undefined ||
    userTicks === undefined ||
    systemTicks === undefined ||
    startTicks === undefined ||
    !Number.isSafeInteger(startTicks)
  ) {
    return undefined;
  }
  return {
    pid,
    parentPid,
    containerPid: Number(statusField(status, 'NSpid').at(-1) ?? pid),
    name: stat.slice(open + 1, close),
    state,
    startTicks,
    cpuSeconds: (userTicks + systemTicks) / TICKS_PER_SECOND,
    residentBytes: Number(statusField(status, 'VmRSS')[0] ?? 0) * 1024,
    uid: Number(statusField(status, 'Uid')[1] ?? 0),
    gid: Number(statusField(status, 'Gid')[1] ?? 0),
  };
}

function statusField(status: string, name: string): string[] {
  const line = status.split('\n').find((candidate) => candidate.startsWith(`${name}:`));
  return line === undefined
    ? []
    : line
        .slice(name.length + 1)
        .trim()
        .split(/\s+/);
}

function splitAtNul(text: string): string[] {
  return text === '' ? [] : (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

/** ENOENT before, ESRCH while it was read. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}
