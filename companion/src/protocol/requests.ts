import { z } from 'zod';
import { ACTION_NAMES, actionNameSchema } from './action.js';
import { customNameSchema } from './actions/custom.js';
import { logSelection } from './actions/logs.js';
import { workloadLogSelection } from './actions/object.js';
import { containerIdSchema, hostNameSchema } from './names.js';
import { objectReferenceSchema } from './objects.js';
import { ROLES, TIERS } from './tiers.js';

/** Header with the secret of the route's tier, which Grafana's data source proxy adds. */
export const TIER_TOKEN_HEADER = 'x-toposcope-token';

/** What every path of the gateway is made of; no encoding, so that a path can mean one thing only. */
export const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/** Bodies larger than this are refused. */
export const BODY_LIMIT_BYTES = 64 * 1024;

export const hostParams = z.strictObject({ host: hostNameSchema });
export const containerParams = z.strictObject({ host: hostNameSchema, container: containerIdSchema });

export const capabilitiesQuery = z.strictObject({
  host: hostNameSchema,
  container: containerIdSchema.optional(),
});

const queryBoolean = z.enum(['true', 'false']).transform((text) => text === 'true');

/** The log's selection as a query string carries it. */
export const logsQuery = z.strictObject({
  ...logSelection,
  tail: z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number)
    .pipe(logSelection.tail.unwrap())
    .optional(),
  follow: queryBoolean.optional(),
  format: z.enum(['ndjson', 'text']).optional(),
  /** The answer is a file to save, not a stream to read. */
  download: queryBoolean.optional(),
});

export const exportLogsBody = z.strictObject(logSelection);

/** The selection of a workload's log as a query string carries it. */
export const workloadLogsQuery = z.strictObject({
  ...workloadLogSelection,
  tail: logsQuery.shape.tail,
  previous: queryBoolean.optional(),
  follow: queryBoolean.optional(),
  format: z.enum(['ndjson', 'text']).optional(),
  download: queryBoolean.optional(),
});

export const hostsResultSchema = z.object({
  hosts: z.array(
    z.object({
      name: z.string(),
      connectedAt: z.string(),
      /** What the host's own agent lets through at most. */
      allows: z.array(actionNameSchema),
    }),
  ),
});
export type HostsResult = z.infer<typeof hostsResultSchema>;

/** Clusters whose agents are connected. */
export const clustersResultSchema = z.object({ clusters: hostsResultSchema.shape.hosts });
export type ClustersResult = z.infer<typeof clustersResultSchema>;

/** What this user may do now, by the tier that the question came in by: the panel's buttons. */
export const capabilitiesSchema = z.object({
  user: z.string(),
  role: z.enum(ROLES),
  tier: z.enum(TIERS),
  host: z.string(),
  /** All 64 digits; absent when the question was about the host. */
  container: z.string().optional(),
  /** The runtime's word for what the container does now; absent when the question was about another thing. */
  state: z.string().optional(),
  /** Present when the question was about an object of a cluster; `host` is then the name of the cluster's agent. */
  object: z
    .object({
      ...objectReferenceSchema.shape,
      /** Wanted replicas; null where there is no such number. */
      replicas: z.int().nullable(),
    })
    .optional(),
  /** Names of the actions that would be done. */
  allowed: z.array(actionNameSchema),
  /** Why the others would not. */
  refused: z.partialRecord(z.enum(ACTION_NAMES), z.string()),
  custom: z.array(
    z.object({
      name: customNameSchema,
      label: z.string(),
      icon: z.string(),
      confirm: z.boolean(),
    }),
  ),
  exportTo: z.string().nullable(),
});
export type Capabilities = z.infer<typeof capabilitiesSchema>;
