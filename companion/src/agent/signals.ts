import { setTimeout } from 'node:timers/promises';
import { Problem } from '../protocol/problems.js';
import type { Signal } from '../protocol/names.js';

const KILLED_AFTER_MS = 2_000;

/**
 * Ends a program and what it has started in its group: HUP, a moment, and KILL if it is still there.
 *
 * @param leader the program, which leads the group
 * @param isSame whether the leader's pid is still that program's
 */
export async function endGroup(leader: number, isSame: () => boolean): Promise<void> {
  signalGroup(leader, 'SIGHUP');
  await setTimeout(KILLED_AFTER_MS);
  if (isSame()) {
    signalGroup(leader, 'SIGKILL');
  }
}

/** Signals a whole process group; one that has ended already is as it should be. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') {
      throw error;
    }
  }
}

/** Throws `process-unknown` for one that has ended, and `agent-refused` for one that is not the agent's to signal. */
export function signalOne(pid: number, signal: Signal): void {
  try {
    process.kill(pid, `SIG${signal}`);
  } catch (error) {
    switch (codeOf(error)) {
      case 'ESRCH':
        throw new Problem('process-unknown', `The process ${pid} has just ended.`, { cause: error });
      case 'EPERM':
        throw new Problem(
          'agent-refused',
          "The agent may not signal that process: it runs without root's right to.",
          { cause: error },
        );
      default:
        throw error;
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
