import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { descriptorsOf } from '../measure/descriptors.js';
import { tiedCommand } from './tied-command.js';

const MAIN = path.resolve(import.meta.dirname, '../../exporter/dist/main.js');
const START_MS = 20_000;
const SERVING = /Serving metrics on (http[^\s"]+)/;

/** The built exporter as a process of its own, with what it wrote. */
export class ExporterRun {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly ended: Promise<number>;

  constructor(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    command: readonly [string, ...string[]] = [process.execPath],
  ) {
    const [file, ...before] = command;
    this.child = spawn(...tiedCommand(file, [...before, MAIN, ...args]), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.child, 'close').then(([code]) => (typeof code === 'number' ? code : -1));
  }

  /** Starts it, on a free port of loopback unless told otherwise, and waits until it serves. */
  static async serving(
    args: readonly string[],
    command?: readonly [string, ...string[]],
  ): Promise<ExporterRun> {
    const listens = args.some((flag) => flag.startsWith('--web.listen-address'));
    const run = new ExporterRun(listens ? args : ['--web.listen-address=127.0.0.1:0', ...args], {}, command);
    await run.logged(SERVING);
    return run;
  }

  /** The first process of a pid namespace, whose processes are all that it sees. Only KILL ends it, and them. */
  static async inPidNamespace(args: readonly string[]): Promise<ExporterRun> {
    const command = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', process.execPath] as const;
    return ExporterRun.serving(args, command);
  }

  /** Before a command, which then runs in its pid namespace and that network namespace. */
  enter(network: string): string[] {
    // unshare waits for its one child.
    const first = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'latin1').trim();
    return ['nsenter', '--target', first, '--pid', `--net=/run/netns/${network}`];
  }

  /** One that reads its containers from these sockets only, and no connections. */
  static async beside(sockets: { readonly docker?: string; readonly cri?: string }): Promise<ExporterRun> {
    return ExporterRun.serving([
      `--runtime.docker=${sockets.docker ?? 'none'}`,
      `--runtime.cri=${sockets.cri ?? 'none'}`,
      '--no-collector.connection',
    ]);
  }

  /** Where its metrics are, once it serves. */
  get url(): URL {
    return new URL(SERVING.exec(this.stderr)?.[1] ?? '');
  }

  /** One exposition; rejects when the answer is not 200. */
  async scrape(headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await fetch(this.url, { headers });
    if (response.status !== 200) {
      throw new Error(`The exporter answered ${response.status}: ${await response.text()}`);
    }
    return response.text();
  }

  /** Waits for words in the log. */
  async logged(words: RegExp): Promise<void> {
    const end = Date.now() + START_MS;
    while (!words.test(this.stderr)) {
      if (Date.now() > end || this.child.exitCode !== null) {
        await this.stop();
        throw new Error(`The exporter did not log ${words.source}. It logged:\n${this.stderr}`);
      }
      await sleep(50);
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /**
   * How many descriptors it has open, beside those that it keeps of living processes, control groups and other network
   * namespaces: they are as many as there are on the host. What is kept of one that has ended counts.
   */
  descriptors(): number {
    return descriptorsOf(this.pid).others;
  }

  /** The exit code, once it has ended by itself. */
  async exitCode(): Promise<number> {
    return this.ended;
  }

  /** Asks it to end, and answers with the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.child.kill(signal);
    const killer = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    try {
      return await this.ended;
    } finally {
      clearTimeout(killer);
    }
  }
}

/** The value of the one series whose name and labels hold all the given texts; undefined when there is none. */
export function sampleOf(exposition: string, ...texts: readonly string[]): number | undefined {
  const found = linesOf(exposition, ...texts);
  if (found.length > 1) {
    throw new Error(`More than one series has ${texts.join(', ')}:\n${found.join('\n')}`);
  }
  return found[0] === undefined ? undefined : Number(found[0].slice(found[0].lastIndexOf(' ') + 1));
}

/** The lines of all series whose names and labels hold all the given texts. */
export function linesOf(exposition: string, ...texts: readonly string[]): string[] {
  return exposition
    .split('\n')
    .filter((line) => !line.startsWith('#') && texts.every((text) => line.includes(text)));
}

/** The label of a container's series. */
export function ofContainer(id: string): string {
  return `container_id="${id.slice(0, 12)}"`;
}
