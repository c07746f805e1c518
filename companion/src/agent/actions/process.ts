import { setTimeout } from 'node:timers/promises';
import type { CommandAction } from '../../protocol/action.js';
import type { StartedProcess } from '../../protocol/actions/process.js';
import type { ProcessIdentity, Signal } from '../../protocol/names.js';
import { Problem } from '../../protocol/problems.js';
import { ContainerProcesses } from '../container-processes.js';
import { engineCall } from '../engine.js';
import { valueAnswer, type Answer, type Host, type Target } from '../handler.js';
import { withoutMark } from '../left-programs.js';
import { signalOne } from '../signals.js';
import { startDetached } from './detached.js';

type Requested<Name extends CommandAction['action']> = Extract<CommandAction, { action: Name }>;

const DEFAULT_GRACE_SECONDS = 10;
const KILLED_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;

export function signalProcess(
  { procfs }: Host,
  { facts }: Target,
  { process: identity, signal }: Requested<'signal-process'>,
): Answer {
  signalProved(new ContainerProcesses(procfs, facts.Id, facts.State.Pid), identity, signal);
  return valueAnswer({ sent: signal });
}

/** The first process is the container: it restarts as a whole. Any other is ended and started as it was. */
export async function restartProcess(
  { procfs }: Host,
  { container, facts }: Target,
  { process: identity, graceSeconds = DEFAULT_GRACE_SECONDS }: Requested<'restart-process'>,
): Promise<Answer> {
  const processes = new ContainerProcesses(procfs, facts.Id, facts.State.Pid);
  const { pid, uid, gid } = processes.prove(identity);
  if (pid === facts.State.Pid) {
    await engineCall('restart of the container', container.restart({ t: graceSeconds }));
    return valueAnswer({ pid: null, exitCode: null, container: true } satisfies StartedProcess);
  }
  const command = procfs.commandLine(pid);
  refuseRewritten(command);
  const again = {
    Cmd: command,
    Env: withoutMark(procfs.environment(pid)),
    WorkingDir: procfs.workingDirectory(pid),
    User: `${uid}:${gid}`,
  };
  signalProved(processes, identity, 'TERM');
  if (!(await ended(processes, identity, graceSeconds * 1000))) {
    signalProved(processes, identity, 'KILL');
    if (!(await ended(processes, identity, KILLED_WITHIN_MS))) {
      throw new Problem('conflict', 'The process does not end, not even by KILL; it may wait for a disk.');
    }
  }
  return valueAnswer(await startDetached(container, again));
}

export async function startProcess(
  { container }: Target,
  { command, user, workingDirectory }: Requested<'start-process'>,
): Promise<Answer> {
  return valueAnswer(
    await startDetached(container, {
      Cmd: command,
      ...(user === undefined ? {} : { User: user }),
      ...(workingDirectory === undefined ? {} : { WorkingDir: workingDirectory }),
    }),
  );
}

/** Proves and signals in one go, so that no other process can take the pid in between but in some microseconds. */
function signalProved(processes: ContainerProcesses, identity: ProcessIdentity, signal: Signal): void {
  const { pid } = processes.prove(identity);
  signalOne(pid, signal);
}

/** A process such as `nginx: worker` has overwritten what it was started with, so it could only be lost. */
function refuseRewritten([program = '']: readonly string[]): void {
  if (program === '' || /[\s:]/.test(program)) {
    throw new Problem(
      'conflict',
      'The process has overwritten its command line, so it could not be started again.',
    );
  }
}

async function ended(
  processes: ContainerProcesses,
  identity: ProcessIdentity,
  withinMs: number,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (;;) {
    const found = processes.find(identity.pid);
    if (found?.startTicks !== identity.startTicks || found.state === 'Z') {
      return true;
    }
    if (performance.now() >= until) {
      return false;
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}
