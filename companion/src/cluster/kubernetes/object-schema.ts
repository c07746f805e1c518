import { z } from 'zod';

const textMap = z.record(z.string(), z.string()).default({});

const metadata = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string().min(1),
  labels: textMap,
  annotations: textMap,
  deletionTimestamp: z.string().optional(),
});

const template = z
  .object({ metadata: z.object({ labels: textMap, annotations: textMap }).partial().optional() })
  .optional();

const named = z.array(z.object({ name: z.string() })).default([]);

/** What of an object the agent decides by; of the rest it only makes a description. */
export const kubernetesObjectSchema = z.object({
  kind: z.string(),
  metadata,
  spec: z
    .object({
      replicas: z.int().optional(),
      paused: z.boolean().optional(),
      suspend: z.boolean().optional(),
      unschedulable: z.boolean().optional(),
      updateStrategy: z.object({ type: z.string().optional() }).optional(),
      /** Of what makes pods, and, one deeper, of what makes jobs. */
      template,
      jobTemplate: z.object({ spec: z.object({ template }) }).optional(),
      containers: named,
      initContainers: named,
      ephemeralContainers: named,
    })
    .prefault({}),
});
export type KubernetesObject = z.infer<typeof kubernetesObjectSchema>;

export const eventListSchema = z.object({
  items: z.array(
    z.object({
      type: z.string().default(''),
      reason: z.string().default(''),
      message: z.string().default(''),
      count: z.int().nullish(),
      lastTimestamp: z.string().nullish(),
      eventTime: z.string().nullish(),
      series: z.object({ count: z.int(), lastObservedTime: z.string() }).nullish(),
    }),
  ),
});
