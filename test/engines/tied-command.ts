import { existsSync } from 'node:fs';

const SETPRIV = '/usr/bin/setpriv';

/**
 * A command that the kernel ends, by TERM unless told otherwise, when the process that starts it dies: also where a run
 * of tests is killed and can tidy nothing up. See PR_SET_PDEATHSIG in prctl(2). Without setpriv it is the command as it
 * is.
 */
export function tiedCommand(
  command: string,
  args: readonly string[],
  signal: 'TERM' | 'KILL' = 'TERM',
): [file: string, args: string[]] {
  return existsSync(SETPRIV) ? [SETPRIV, ['--pdeathsig', signal, command, ...args]] : [command, [...args]];
}
