import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.js';

const POLL_MS = 50;
const KILL_WAIT_MS = 2_000;

/** Ends a process that leads its own group, and the group: TERM, and KILL when the grace time is over. */
export async function stopProcessGroup(leader: ProcessIdentity, graceMs: number): Promise<void> {
  if (!isAlive(leader)) {
    return;
  }
  signalGroup(leader.pid, 'SIGTERM');
  if (!(await waitForEnd(leader, graceMs))) {
    signalGroup(leader.pid, 'SIGKILL');
    await waitForEnd(leader, KILL_WAIT_MS);
  }
}

/** True once the process has ended, false when the time is over. */
export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  for (let waited = 0; waited < timeoutMs; waited += POLL_MS) {
    if (!isAlive(identity)) {
      return true;
    }
    await sleep(POLL_MS);
  }
  return !isAlive(identity);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
