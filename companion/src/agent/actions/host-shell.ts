import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { HostShellAction } from '../../protocol/actions/terminal.js';
import type { Answer, Host, Terminal } from '../handler.js';
import { openPty } from '../pty.js';
import { signalGroup } from '../signals.js';

const KILLED_AFTER_MS = 2_000;

/** A shell on the host as the agent's own user. Leaving ends it. */
export function hostShell({ hostShell: command }: Host, request: HostShellAction): Answer {
  const pty = openPty(command, request.size ?? { columns: 80, rows: 24 });
  const { child } = pty;
  const exited = once(child, 'exit').then(() => child.exitCode);
  const terminal: Terminal = {
    tty: true,
    output: untilHangUp(pty.output),
    input: pty.input,
    resize(size) {
      pty.resize(size);
      return Promise.resolve();
    },
    exitCode: () => exited,
    async close() {
      if (child.pid !== undefined && runs(child)) {
        signalGroup(child.pid, 'SIGHUP');
        await Promise.race([exited, setTimeout(KILLED_AFTER_MS)]);
        if (runs(child)) {
          signalGroup(child.pid, 'SIGKILL');
        }
      }
      pty.close();
    },
  };
  return { kind: 'terminal', terminal };
}

function runs({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** The kernel says EIO when the last program of a terminal has gone (pty(7)); that is its end. */
function untilHangUp(source: Readable): Readable {
  const output = new PassThrough();
  source.pipe(output);
  source.once('error', (error) => {
    if ('code' in error && error.code === 'EIO') {
      output.end();
    } else {
      output.destroy(error);
    }
  });
  source.once('close', () => output.end());
  return output;
}
