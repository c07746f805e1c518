import { z } from 'zod';
import { objectNameSchema } from '../objects.js';
import { logLineSchema, logSelection } from './logs.js';

/** More than any cluster has room for would only be a slip of the finger. */
const MOST_REPLICAS = 1000;

/** All that the orchestrator says of an object, its secrets masked, with its latest events. */
export const describeAction = z.strictObject({ action: z.literal('describe') });

const { since, until, tail, grep, regex } = logSelection;

/**
 * Which lines of a pod's or service's log, of all its containers or tasks or of one. Not by stream: Kubernetes does not
 * say which one a line was written to.
 */
export const workloadLogSelection = {
  since,
  until,
  /** Of each container or task. */
  tail,
  grep,
  regex,
  /** A container of the pod, or a task of the service such as `web.1`; absent: all of them. */
  source: objectNameSchema.optional(),
  /** The run before the last restart, for a container that falls over again and again. */
  previous: z.boolean().optional(),
};

/** The logs of all containers of a pod, or of all tasks of a Swarm service, merged by time. */
export const workloadLogsAction = z.strictObject({
  action: z.literal('workload-logs'),
  ...workloadLogSelection,
  follow: z.boolean().optional(),
  format: z.enum(['ndjson', 'text']).optional(),
});
export type WorkloadLogsAction = z.infer<typeof workloadLogsAction>;

/** Sets how many replicas are wanted. */
export const scaleAction = z.strictObject({
  action: z.literal('scale'),
  replicas: z.int().min(0).max(MOST_REPLICAS),
});

/** Replaces every pod or task by a new one of the same kind, as many at once as the object's own strategy says. */
export const rolloutRestartAction = z.strictObject({ action: z.literal('rollout-restart') });

/** Ends a pod; what controls it starts another. */
export const deletePodAction = z.strictObject({
  action: z.literal('delete-pod'),
  /** Absent: the pod's own. Never 0, which would not wait for the pod to have ended. */
  graceSeconds: z.int().min(1).max(600).optional(),
});

export const suspendAction = z.strictObject({ action: z.literal('suspend') });
export const resumeAction = z.strictObject({ action: z.literal('resume') });
export const cordonAction = z.strictObject({ action: z.literal('cordon') });
export const uncordonAction = z.strictObject({ action: z.literal('uncordon') });

export const describeResultSchema = z.object({
  /** The object as YAML; every value of an environment and what looks like a secret is `***`. */
  text: z.string(),
  /** Newest first. Null where the cluster has none, or does not let the companion see them. */
  events: z
    .array(
      z.object({
        /** RFC 3339; empty when it is not known. */
        time: z.string(),
        type: z.string(),
        reason: z.string(),
        message: z.string(),
        count: z.int(),
      }),
    )
    .nullable(),
});
export type DescribeResult = z.infer<typeof describeResultSchema>;

/** What the orchestrator took; it may still be busy doing it. */
export const objectResultSchema = z.object({
  /** A sentence for the user. */
  done: z.string(),
});
export type ObjectResult = z.infer<typeof objectResultSchema>;

/** One line of a workload's log as NDJSON. */
export const workloadLogLineSchema = logLineSchema.extend({ source: z.string() });
