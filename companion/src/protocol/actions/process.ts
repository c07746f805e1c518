import { z } from 'zod';
import { argumentSchema, commandSchema, processIdentitySchema, signalSchema, userSchema } from '../names.js';

/** Sends a signal to one process of the container, once it is proved to be that process. */
export const signalProcessAction = z.strictObject({
  action: z.literal('signal-process'),
  process: processIdentitySchema,
  signal: signalSchema,
});

/** TERM, a wait, KILL, then the same program again with the same arguments, environment, directory and user. */
export const restartProcessAction = z.strictObject({
  action: z.literal('restart-process'),
  process: processIdentitySchema,
  graceSeconds: z.int().min(0).max(60).optional(),
});

/** Starts a program in the container and does not wait for it. */
export const startProcessAction = z.strictObject({
  action: z.literal('start-process'),
  command: commandSchema,
  user: userSchema.optional(),
  workingDirectory: argumentSchema.min(1).optional(),
});

export const signalResultSchema = z.object({ sent: z.string() });

export const startedProcessSchema = z.object({
  /** In the host's pid namespace; null when it ended before it could be seen. */
  pid: z.int().nullable(),
  /** Null while it runs. */
  exitCode: z.int().nullable(),
  /** The whole container was restarted, because the process is its first. */
  container: z.boolean(),
});
export type StartedProcess = z.infer<typeof startedProcessSchema>;
