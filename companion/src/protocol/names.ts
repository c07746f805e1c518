import { z } from 'zod';

/** A container's id as the runtime prints it: 12 or all 64 hex digits. Names are never accepted in its place. */
export const containerIdSchema = z
  .string()
  .regex(/^[0-9a-f]{12}(?:[0-9a-f]{52})?$/, 'must be a container id of 12 or 64 hex digits');

/** All 64 digits: what a permit names, so that it can mean one container only. */
export const fullContainerIdSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be all 64 digits of the id');

/** A host as its agent announces it, which is its `host` label in the metrics. */
export const hostNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, 'must be a host name of letters, digits, dots and dashes');

/** Signals that may be sent, by the names of signal(7) without `SIG`. */
export const signalSchema = z.enum([
  'HUP',
  'INT',
  'QUIT',
  'ABRT',
  'KILL',
  'USR1',
  'USR2',
  'TERM',
  'CONT',
  'STOP',
  'TSTP',
  'WINCH',
]);
export type Signal = z.infer<typeof signalSchema>;

/** Text that can be an argument of execve(2): no NUL byte. */
export const argumentSchema = z
  .string()
  .max(4096)
  .refine((text) => !text.includes('\0'), 'must not contain a NUL byte');

/** A program and its arguments. It is never given to a shell unless it names one. */
export const commandSchema = z
  .tuple([argumentSchema.min(1)], argumentSchema)
  .refine((all) => all.length <= 64, {
    message: 'must have at most 64 words',
  });

/** `user`, `user:group` or numbers, as `docker exec --user` takes it. */
export const userSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})?$/,
    'must be user or user:group',
  );

/** One process for good: a pid alone can be reused, a pid with its start time cannot. */
export const processIdentitySchema = z.strictObject({
  /** In the host's pid namespace. */
  pid: z.int().min(1).max(4_194_304),
  /** Clock ticks since boot, field 22 of `/proc/<pid>/stat`. */
  startTicks: z.int().min(0),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** A terminal's size in characters. */
export const terminalSizeSchema = z.strictObject({
  columns: z.int().min(1).max(1000),
  rows: z.int().min(1).max(1000),
});
export type TerminalSize = z.infer<typeof terminalSizeSchema>;
