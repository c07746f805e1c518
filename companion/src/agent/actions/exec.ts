import { Transform, type Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { z } from 'zod';
import type { ExecAction } from '../../protocol/actions/terminal.js';
import { Problem } from '../../protocol/problems.js';
import { ContainerProcesses } from '../container-processes.js';
import { engineCall } from '../engine.js';
import type { Answer, Host, Target, Terminal } from '../handler.js';
import { FrameParser } from '../logs/frames.js';
import { endGroup } from '../signals.js';
import { markOf } from '../left-programs.js';
import { execInspectSchema } from './detached.js';

/** A program in the container with its input and output. Leaving ends it: the runtime alone would let it run on. */
export async function exec(host: Host, { container, facts }: Target, request: ExecAction): Promise<Answer> {
  if (!facts.State.Running) {
    throw new Problem('conflict', 'The container does not run: start it first.');
  }
  const tty = request.tty ?? true;
  const created = await engineCall(
    'Preparing the program',
    container.exec({
      Cmd: request.command,
      Tty: tty,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Env: [...(tty ? ['TERM=xterm-256color'] : []), ...markOf(host.procfs)],
      ...(request.user === undefined ? {} : { User: request.user }),
      ...(request.workingDirectory === undefined ? {} : { WorkingDir: request.workingDirectory }),
    }),
  );
  const stream = await engineCall(
    'Starting the program',
    created.start({ hijack: true, stdin: true, Tty: tty, Detach: false }),
  );
  const terminal: Terminal = {
    tty,
    output: tty ? stream : stream.pipe(withoutFrames(stream)),
    input: stream,
    async resize({ columns, rows }) {
      if (tty) {
        await engineCall('Resizing the terminal', created.resize({ w: columns, h: rows }));
      }
    },
    exitCode: () => exitCodeOf(created),
    async close() {
      stream.destroy();
      await endProgram(host, facts, created);
    },
  };
  if (request.size !== undefined) {
    // The program may have ended already, and then it has no size.
    await terminal.resize(request.size).catch(() => undefined);
  }
  return { kind: 'terminal', terminal };
}

/** The output may end a moment before the runtime has the program's exit code. */
async function exitCodeOf(created: Docker.Exec): Promise<number | null> {
  const { ExitCode } = await inspectOnce(created, ({ Running }) => !Running);
  return ExitCode;
}

/** Undefined when it has ended. It may have begun a moment before the runtime knows its pid. */
async function pidOf(created: Docker.Exec): Promise<number | undefined> {
  const { Running, Pid } = await inspectOnce(created, (seen) => !seen.Running || seen.Pid > 0);
  return Running && Pid > 0 ? Pid : undefined;
}

/** What the runtime says once it knows, or what it says after two seconds. */
async function inspectOnce(
  created: Docker.Exec,
  known: (seen: z.output<typeof execInspectSchema>) => boolean,
): Promise<z.output<typeof execInspectSchema>> {
  for (let look = 1; ; look += 1) {
    const seen = execInspectSchema.parse(await created.inspect());
    if (known(seen) || look === 40) {
      return seen;
    }
    await setTimeout(50);
  }
}

/** Both outputs as one stream of bytes. */
export function withoutFrames(source: Duplex): Transform {
  const parser = new FrameParser();
  const output = new Transform({
    transform(chunk: Buffer, _, done) {
      try {
        for (const { payload } of parser.push(chunk)) {
          this.push(payload);
        }
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error('unreadable output', { cause: error }));
      }
    },
  });
  source.once('error', (error) => output.destroy(error));
  source.once('close', () => output.end());
  return output;
}

/** With its whole group: the runtime makes the program the leader of its session. */
async function endProgram(
  { procfs }: Host,
  facts: Docker.ContainerInspectInfo,
  created: Docker.Exec,
): Promise<void> {
  const pid = await pidOf(created);
  if (pid === undefined) {
    return;
  }
  const processes = new ContainerProcesses(procfs, facts.Id, facts.State.Pid);
  const program = processes.find(pid);
  if (program === undefined) {
    return;
  }
  await endGroup(pid, () => processes.find(pid)?.startTicks === program.startTicks);
}
