import { z } from 'zod';

/** RFC 3339 with a zone, or Unix seconds. */
const timeSchema = z.union([
  z.iso.datetime({ offset: true }),
  z.string().regex(/^\d{1,10}(?:\.\d{1,9})?$/, 'must be RFC 3339 or Unix seconds'),
]);

/** Which lines of a container's log. */
export const logSelection = {
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  /** The last so many lines of the log, before anything is filtered. */
  tail: z.int().min(0).max(1_000_000).optional(),
  stream: z.enum(['stdout', 'stderr']).optional(),
  /** Lines that contain this text. */
  grep: z.string().min(1).max(256).optional(),
  /** Lines that match this regular expression, RE2 syntax: time linear in the line, whatever the pattern. */
  regex: z.string().min(1).max(256).optional(),
};

/** The log of a container as a stream. */
export const logsAction = z.strictObject({
  action: z.literal('logs'),
  ...logSelection,
  follow: z.boolean().optional(),
  format: z.enum(['ndjson', 'text']).optional(),
});
export type LogsAction = z.infer<typeof logsAction>;

/** The log of a container, gzipped, to the bucket that the gateway is configured with. */
export const exportLogsAction = z.strictObject({ action: z.literal('export-logs'), ...logSelection });
export type ExportLogsAction = z.infer<typeof exportLogsAction>;

/** One line of an NDJSON log. */
export const logLineSchema = z.object({
  /** RFC 3339 with nanoseconds, as the runtime wrote it. */
  time: z.string(),
  stream: z.enum(['stdout', 'stderr']),
  /** The container or task that wrote it, where the log is a whole workload's. */
  source: z.string().optional(),
  line: z.string(),
  /** True when the line goes on in the next entry of its stream: it was longer than 64 KiB. */
  partial: z.literal(true).optional(),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** What an export's NDJSON answer is made of; the last one is `done` or `failed`. */
export const exportProgressSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('uploading'), bytes: z.number() }),
  z.object({ state: z.literal('done'), bytes: z.number(), bucket: z.string(), key: z.string() }),
  z.object({ state: z.literal('failed'), code: z.string(), detail: z.string() }),
]);
export type ExportProgress = z.infer<typeof exportProgressSchema>;
