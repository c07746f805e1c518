import { z } from 'zod';

const labels = z.record(z.string(), z.string()).default({});

/** What of a service the agent decides by. The rest of its `Spec` goes back to the engine as it came. */
export const serviceSchema = z.object({
  ID: z.string().min(1),
  Version: z.object({ Index: z.int() }),
  Spec: z.looseObject({
    Name: z.string(),
    Labels: labels,
    /** `Replicated`, `Global`, or, since 20.10, a job of either kind. */
    Mode: z.looseObject({ Replicated: z.looseObject({ Replicas: z.int().optional() }).optional() }),
    TaskTemplate: z.looseObject({
      ForceUpdate: z.int().default(0),
      ContainerSpec: z.looseObject({ Labels: labels.nullish(), TTY: z.boolean().optional() }).optional(),
    }),
  }),
});
export type SwarmService = z.infer<typeof serviceSchema>;

export const tasksSchema = z.array(
  z.object({
    ID: z.string().min(1),
    CreatedAt: z.string(),
    /** From 1; absent in a global service, whose tasks are told apart by their nodes. */
    Slot: z.int().optional(),
    NodeID: z.string().default(''),
    DesiredState: z.string(),
    Status: z.object({
      Timestamp: z.string(),
      State: z.string(),
      Message: z.string().default(''),
      Err: z.string().default(''),
    }),
  }),
);
export type SwarmTask = z.infer<typeof tasksSchema>[number];
