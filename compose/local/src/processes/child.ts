import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { StartError } from '../start-error.js';
import { identify, type ProcessIdentity } from './process-identity.js';
import { stopProcessGroup } from './stop-process-group.js';

const SETPRIV = '/usr/bin/setpriv';
const GRACE_MS = 8_000;
const LAST_LINES = 12;

export interface ChildCommand {
  /** As in a sentence: "The exporter". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
}

export interface Child {
  readonly identity: ProcessIdentity;
  /** Rejects with a StartError when the process ends without having been asked to; never resolves before. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Starts a process in a group of its own, its output going to a file; the kernel ends it when this process dies. */
export async function startChild({ name, command, args, logFile }: ChildCommand): Promise<Child> {
  const log = openSync(logFile, 'w');
  const [file, argv] = existsSync(SETPRIV)
    ? [SETPRIV, ['--pdeathsig', 'TERM', command, ...args]]
    : [command, [...args]];
  const child = spawn(file, argv, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (error) =>
      reject(new StartError(`${name} cannot be started (${command}): ${error.message}`)),
    );
  });

  let stopping = false;
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code, signal) => {
      if (!stopping) {
        reject(
          new StartError(`${name} ended (${signal ?? `exit code ${code ?? '?'}`}). ${lastWords(logFile)}`),
        );
      }
    });
  });
  // Whoever waits for it sees the rejection; without anybody it must not end the process as unhandled.
  failed.catch(() => undefined);

  const identity = identify(pid) ?? { pid, startTime: 'ended' };
  return {
    identity,
    failed,
    stop: () => {
      stopping = true;
      return stopProcessGroup(identity, GRACE_MS);
    },
  };
}

function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES);
  return lines.join('') === ''
    ? `It wrote nothing to ${logFile}.`
    : `The last lines of ${logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
