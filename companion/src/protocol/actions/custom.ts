import { z } from 'zod';

export const customNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower case words and dashes');

/** A command that the policy file defines. The caller says its name only: the command is the gateway's to add. */
export const customAction = z.strictObject({ action: z.literal('custom'), name: customNameSchema });

/** What the command did; at most 64 KiB of its output. */
export const customResultSchema = z.object({
  exitCode: z.int().nullable(),
  output: z.string(),
  truncated: z.boolean(),
});
export type CustomResult = z.infer<typeof customResultSchema>;
