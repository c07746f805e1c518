import { z } from 'zod';
import { signalSchema } from '../names.js';

/** How long the runtime waits between TERM and KILL. */
const graceSeconds = z.int().min(0).max(60).optional();

export const startAction = z.strictObject({ action: z.literal('start') });
export const stopAction = z.strictObject({ action: z.literal('stop'), graceSeconds });
export const restartAction = z.strictObject({ action: z.literal('restart'), graceSeconds });
export const pauseAction = z.strictObject({ action: z.literal('pause') });
export const unpauseAction = z.strictObject({ action: z.literal('unpause') });
export const killAction = z.strictObject({ action: z.literal('kill'), signal: signalSchema.optional() });

/** Removes the container, and its anonymous volumes only when asked; a running one only by force. */
export const removeAction = z.strictObject({
  action: z.literal('remove'),
  force: z.boolean().optional(),
  volumes: z.boolean().optional(),
});

/** The container's state after the action; `removed` when it is gone. */
export const lifecycleResultSchema = z.object({ state: z.string() });
export type LifecycleResult = z.infer<typeof lifecycleResultSchema>;
