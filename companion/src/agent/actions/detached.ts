import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { z } from 'zod';
import type { StartedProcess } from '../../protocol/actions/process.js';
import { engineCall } from '../engine.js';

/** Long enough to see a program that cannot start; not a wait for its end. */
const LOOK_AFTER_MS = 200;

/** What the runtime says of an exec. */
export const execInspectSchema = z.object({
  Running: z.boolean(),
  ExitCode: z.int().nullable(),
  Pid: z.int(),
});

/** Starts a program in the container and leaves it running. */
export async function startDetached(
  container: Docker.Container,
  options: Pick<Docker.ExecCreateOptions, 'Cmd' | 'Env' | 'User' | 'WorkingDir'>,
): Promise<StartedProcess> {
  const exec = await engineCall('Preparing the program', container.exec(options));
  await engineCall('Starting the program', exec.start({ Detach: true }));
  await setTimeout(LOOK_AFTER_MS);
  const { Running, ExitCode, Pid } = execInspectSchema.parse(
    await engineCall('Looking at the program', exec.inspect()),
  );
  return { pid: Pid > 0 && Running ? Pid : null, exitCode: Running ? null : ExitCode, container: false };
}
