import { Duplex } from 'node:stream';
import type { AttachAction } from '../../protocol/actions/terminal.js';
import { Problem } from '../../protocol/problems.js';
import { engineCall } from '../engine.js';
import type { Answer, Target, Terminal } from '../handler.js';
import { withoutFrames } from './exec.js';

/** Input and output of the container's first process. Leaving leaves it running. */
export async function attach({ container, facts }: Target, request: AttachAction): Promise<Answer> {
  if (!facts.State.Running) {
    throw new Problem('conflict', 'The container does not run, so there is nothing to attach to.');
  }
  const { Tty: tty, OpenStdin } = facts.Config;
  const stream = await engineCall(
    'Attaching to the container',
    container.attach({ stream: true, stdin: OpenStdin, stdout: true, stderr: true, hijack: true }),
  );
  if (!(stream instanceof Duplex)) {
    throw new Error('the runtime gave no stream to attach to');
  }
  const terminal: Terminal = {
    tty,
    output: tty ? stream : stream.pipe(withoutFrames(stream)),
    input: stream,
    async resize({ columns, rows }) {
      if (tty) {
        await engineCall('Resizing the terminal', container.resize({ w: columns, h: rows }));
      }
    },
    async exitCode() {
      const { State } = await container.inspect();
      return State.Running ? null : State.ExitCode;
    },
    close() {
      stream.destroy();
      return Promise.resolve();
    },
  };
  if (request.size !== undefined) {
    // It may end at this very moment, and then it has no size.
    await terminal.resize(request.size).catch(() => undefined);
  }
  return { kind: 'terminal', terminal };
}
