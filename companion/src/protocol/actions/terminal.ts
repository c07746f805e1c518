import { z } from 'zod';
import { argumentSchema, commandSchema, terminalSizeSchema, userSchema } from '../names.js';

/** A program in the container, with a terminal unless `tty` is false. */
export const execAction = z.strictObject({
  action: z.literal('exec'),
  command: commandSchema,
  tty: z.boolean().optional(),
  size: terminalSizeSchema.optional(),
  user: userSchema.optional(),
  workingDirectory: argumentSchema.min(1).optional(),
});
export type ExecAction = z.infer<typeof execAction>;

/** The container's own first process. Leaving does not end it. */
export const attachAction = z.strictObject({
  action: z.literal('attach'),
  size: terminalSizeSchema.optional(),
});
export type AttachAction = z.infer<typeof attachAction>;

/** A shell on the host itself; only where the agent runs with `--allow=host-shell`. */
export const hostShellAction = z.strictObject({
  action: z.literal('host-shell'),
  size: terminalSizeSchema.optional(),
});
export type HostShellAction = z.infer<typeof hostShellAction>;
