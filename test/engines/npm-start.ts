import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { tiedCommand } from './tied-command.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const READY = 'Ctrl-C stops everything.';

export interface StackPorts {
  readonly viewer: number;
  readonly prometheus: number;
  readonly exporter: number;
  readonly companion: number;
}

export interface NpmStart {
  /** All that it has written so far, errors included. */
  output(): string;
  /** Resolves when it says that everything answers; rejects with its output when it ends before. */
  ready: Promise<void>;
  /** What Ctrl-C in a terminal does: INT to the whole process group. */
  interrupt(): void;
  /** KILL to the whole process group: npm, and what it runs. */
  kill(): void;
  /** The exit code, once all that it started has closed its output; null when a signal ended npm. */
  exited: Promise<number | null>;
}

/** Four free ports. They stay the same over several starts, as a user's would. */
export async function freeStackPorts(): Promise<StackPorts> {
  return {
    viewer: await freePort(),
    prometheus: await freePort(),
    exporter: await freePort(),
    companion: await freePort(),
  };
}

export function makeStateFolder(): { path: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'toposcope-state-'));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs `npm start -- …` as a user would, on ports and with a state folder of its own. */
export function npmStart(
  { viewer, prometheus, exporter, companion }: StackPorts,
  stateFolder: string,
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): NpmStart {
  const ports = [
    ...[`--port=${viewer}`, `--prometheus-port=${prometheus}`],
    ...[`--exporter-port=${exporter}`, `--companion-port=${companion}`],
  ];
  // npm passes the TERM on, and `npm start` ends when its npm does.
  const command = tiedCommand('npm', ['start', '--', ...ports, `--state-dir=${stateFolder}`, ...flags]);
  const child = spawn(...command, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  const run = { ended: false };
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      run.ended = true;
      resolve(code);
    });
  });
  const signalGroup = (signal: NodeJS.Signals) => {
    if (!run.ended && child.pid !== undefined) {
      process.kill(-child.pid, signal);
    }
  };
  const ready = (async () => {
    while (!output.includes(READY)) {
      if (run.ended) {
        throw new Error(`npm start ended before it was ready:\n${output}`);
      }
      await sleep(100);
    }
  })();
  // A test that expects the failure reads the output instead.
  ready.catch(() => undefined);
  return {
    output: () => output,
    ready,
    interrupt: () => signalGroup('SIGINT'),
    kill: () => signalGroup('SIGKILL'),
    exited,
  };
}
