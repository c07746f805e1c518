import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import {
  identify,
  isAlive,
  type ProcessIdentity,
} from '../../compose/local/src/processes/process-identity.js';
import { stopProcessGroup } from '../../compose/local/src/processes/stop-process-group.js';
import { tiedCommand } from './tied-command.js';

const FOLDER = path.join(tmpdir(), 'toposcope-test-engine');
const NOTE = path.join(FOLDER, 'run.json');
const DOCKERD = '/usr/sbin/dockerd';
const START_MS = 60_000;
const STOP_GRACE_MS = 30_000;

/** An engine that was started, and the run of tests that did. */
interface Note {
  readonly engine: ProcessIdentity;
  readonly run: ProcessIdentity;
}

/** Whether an engine answers on the usual socket. */
export async function engineAnswers(): Promise<boolean> {
  try {
    await new Docker({ timeout: 3_000 }).ping();
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a Docker engine on the usual socket where none answers and root may: its own folders, its own process group.
 * That of a run which was killed ends with it, in its own time; it is not used any more.
 *
 * @returns ends what was started; nothing when somebody else's engine answers
 */
export async function startEngine(): Promise<() => Promise<void>> {
  const leftover = readNote();
  if (leftover && !isAlive(leftover.run)) {
    await stopEngine(leftover.engine);
  }
  if (await engineAnswers()) {
    return () => Promise.resolve();
  }
  if (process.getuid?.() !== 0 || !existsSync(DOCKERD)) {
    return () => Promise.resolve();
  }
  mkdirSync(FOLDER, { recursive: true });
  const logFile = path.join(FOLDER, 'dockerd.log');
  const log = openSync(logFile, 'w');
  const command = tiedCommand(DOCKERD, [
    `--data-root=${path.join(FOLDER, 'data')}`,
    `--exec-root=${path.join(FOLDER, 'exec')}`,
    `--pidfile=${path.join(FOLDER, 'dockerd.pid')}`,
  ]);
  const engine = spawn(...command, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const identity = identify(engine.pid ?? 0);
  const run = identify(process.pid);
  if (!identity || !run) {
    throw new Error(`dockerd ended at once: see ${logFile}`);
  }
  writeFileSync(NOTE, JSON.stringify({ engine: identity, run } satisfies Note));
  const end = Date.now() + START_MS;
  while (Date.now() < end && isAlive(identity)) {
    if (await engineAnswers()) {
      return () => stopEngine(identity);
    }
    await sleep(250);
  }
  const words = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  await stopEngine(identity);
  throw new Error(`dockerd does not answer; the last lines of its log:\n${words}`);
}

async function stopEngine(identity: ProcessIdentity): Promise<void> {
  await stopProcessGroup(identity, STOP_GRACE_MS);
  unmountBelow(FOLDER);
  rmSync(FOLDER, { recursive: true, force: true });
}

/** An engine leaves the namespaces and root filesystems mounted that it did not get round to unmounting. */
export function unmountBelow(folder: string): void {
  const mountPoints = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mountPoint) => mountPoint.startsWith(`${folder}/`));
  for (const mountPoint of mountPoints.reverse()) {
    execFileSync('umount', ['--lazy', mountPoint]);
  }
}

function readNote(): Note | undefined {
  try {
    return JSON.parse(readFileSync(NOTE, 'utf8')) as Note;
  } catch {
    return undefined;
  }
}
