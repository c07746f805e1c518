import { z } from 'zod';

/** The containers of a host. */
export const listAction = z.strictObject({ action: z.literal('list') });

/** Everything that the runtime knows of a container; values of its environment are masked. */
export const inspectAction = z.strictObject({ action: z.literal('inspect') });

/** The processes of a container, live. */
export const topAction = z.strictObject({ action: z.literal('top') });

export const containerSummarySchema = z.object({
  /** All 64 hex digits. */
  id: z.string(),
  name: z.string(),
  image: z.string(),
  state: z.string(),
  labels: z.record(z.string(), z.string()),
});
export type ContainerSummary = z.infer<typeof containerSummarySchema>;

export const listResultSchema = z.object({ containers: z.array(containerSummarySchema) });

export const inspectResultSchema = z.object({
  ...containerSummarySchema.shape,
  command: z.array(z.string()),
  /** Names, with `***` for every value. */
  environment: z.record(z.string(), z.string()),
  tty: z.boolean(),
  /** In the host's pid namespace; 0 when it does not run. */
  pid: z.int(),
  /** RFC 3339. */
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  exitCode: z.int().nullable(),
  restarts: z.int(),
  health: z.string().nullable(),
  restartPolicy: z.string(),
  networks: z.array(z.object({ name: z.string(), ip: z.string() })),
  mounts: z.array(z.object({ source: z.string(), destination: z.string(), writable: z.boolean() })),
});
export type InspectResult = z.infer<typeof inspectResultSchema>;

export const processEntrySchema = z.object({
  pid: z.int(),
  startTicks: z.int(),
  /** In the container's own pid namespace. */
  containerPid: z.int(),
  parentPid: z.int(),
  name: z.string(),
  /** The letter of `/proc/<pid>/stat`. */
  state: z.string(),
  commandLine: z.array(z.string()),
  runSeconds: z.number(),
  /** User and system time since it started. */
  cpuSeconds: z.number(),
  /** Processors in use while it was watched, 1 is a whole one. */
  cpuCores: z.number(),
  residentBytes: z.number(),
});
export type ProcessEntry = z.infer<typeof processEntrySchema>;

export const topResultSchema = z.object({ processes: z.array(processEntrySchema) });
