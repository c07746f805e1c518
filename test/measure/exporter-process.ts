import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const CLOCK_TICKS_PER_SECOND = 100;

/** The built exporter, running as users run it. */
export class ExporterProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly address: string,
  ) {}

  /** Builds it, starts it on that port of the loopback, and waits for its first exposition. */
  static async start(port: number, ...flags: string[]): Promise<ExporterProcess> {
    const built = spawnSync('npm', ['run', '--silent', 'build', '-w', 'exporter'], { encoding: 'utf8' });
    if (built.status !== 0) {
      throw new Error(`The exporter cannot be built: ${built.stdout}${built.stderr}`);
    }
    const address = `127.0.0.1:${port}`;
    const child = spawn(
      process.execPath,
      ['exporter/dist/main.js', `--web.listen-address=${address}`, '--log.level=warn', ...flags],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const exporter = new ExporterProcess(child, address);
    for (let attempt = 0; attempt < 100 && child.exitCode === null; attempt++) {
      await sleep(200);
      try {
        await exporter.scrape();
        return exporter;
      } catch {
        // Not yet.
      }
    }
    await exporter.stop();
    throw new Error(`The exporter does not answer on ${address}`);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async scrape(): Promise<string> {
    const response = await fetch(`http://${this.address}/metrics`);
    if (!response.ok) {
      throw new Error(`The exporter answered ${response.status}`);
    }
    return await response.text();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
  }
}

/** Adds up the samples of a family whose labels hold all the given texts, such as `port="80"`. */
export function sumOfSamples(exposition: string, family: string, ...labels: string[]): number {
  let sum = 0;
  for (const line of exposition.split('\n')) {
    if (line.startsWith(`${family}{`) && labels.every((label) => line.includes(label))) {
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
    }
  }
  return sum;
}

/** Processor seconds that a process and all its threads have used. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

/** Processor milliseconds of a process's main thread, finer than clock ticks (fs/proc/base.c, proc_pid_schedstat). */
export function mainThreadMsOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
}

export function residentMibOf(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(kib) / 1024;
}
