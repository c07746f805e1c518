import { z } from 'zod';
import { actionNameSchema, actionSchema } from './action.js';
import { commandSchema } from './names.js';
import { fullContainerIdSchema, hostNameSchema } from './names.js';
import { clusterAgentNameSchema, identifiedObjectSchema } from './objects.js';

/** Where an agent knocks, and the protocol that it asks to speak from then on: HTTP/2 with the roles turned round. */
export const TUNNEL_PATH = '/tunnel';
export const TUNNEL_UPGRADE = 'toposcope-tunnel-1';

/** What an agent says of itself when it knocks, as JSON in base64url. */
export const TUNNEL_HELLO_HEADER = 'x-toposcope-hello';
export const helloSchema = z.strictObject({
  /** The host's name, or `cluster:` and a cluster's. */
  host: z.union([hostNameSchema, clusterAgentNameSchema]),
  version: z.string().max(64),
  allows: z.array(actionNameSchema).max(64),
  /** Where Prometheus finds this host's exporter. */
  exporter: z
    .string()
    .regex(/^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}$/, 'must be host:port')
    .optional(),
});
export type Hello = z.infer<typeof helloSchema>;

export const HEARTBEAT_MS = 10_000;
export const HEARTBEATS_MISSED = 3;

/** The only request of the tunnel. Its permit says all of it; its body is a terminal's input. */
export const PERFORM_PATH = '/v1/perform';
export const PERMIT_HEADER = 'x-toposcope-permit';
/** Trailer of what goes on. Where it does not come, the tunnel broke, and what came is not all of it. */
export const WHOLE_TRAILER = 'x-toposcope-whole';
/** Trailer of a terminal: its program's exit code, absent when unknown. */
export const EXIT_CODE_TRAILER = 'x-toposcope-exit-code';

export const PERMIT_ISSUER = 'toposcope-gateway';
export const PERMIT_SECONDS = 30;

/** What a gateway asks of an agent: a user's action, or what it needs to decide about one. */
export const agentRequestSchema = z.discriminatedUnion('action', [
  ...actionSchema.options,
  /** Who a container is, for the policy. */
  z.strictObject({ action: z.literal('identify') }),
  /** Who an object of a cluster is, for the policy, and what it takes now, for the buttons. */
  z.strictObject({ action: z.literal('identify-object') }),
  /** The policy's own command: it replaces `custom`, whose caller names it only. */
  z.strictObject({ action: z.literal('run-custom'), name: z.string(), command: commandSchema }),
]);
export type AgentRequest = z.infer<typeof agentRequestSchema>;

/** Claims of a permit beside `iss`, `aud` (the host), `sub` (the user), `jti`, `iat` and `exp`. */
export const permitClaimsSchema = z.object({
  sub: z.string().min(1),
  jti: z.string().min(16),
  request: agentRequestSchema,
  /** All 64 digits; a prefix only where the gateway asks who a container is. Empty for the host itself. */
  container: z.union([z.literal(''), fullContainerIdSchema, z.string().regex(/^[0-9a-f]{12}$/)]),
  /** What it is about, for the agent of a cluster; absent for the agent of a host. */
  object: identifiedObjectSchema.optional(),
});
export type PermitClaims = z.infer<typeof permitClaimsSchema>;

/** What a cluster's agent says of an object: what the policy decides by, and the buttons. */
export const objectSummarySchema = z.object({
  ...identifiedObjectSchema.shape,
  uid: z.string().min(1).max(64),
  /** Its own, and those of the pods or tasks that it makes. */
  labels: z.record(z.string(), z.string()),
  /** True when it, or what it makes, has `toposcope.actions` set to `none`. */
  optedOut: z.boolean(),
  /** What it takes in its present state: no `suspend` where it is suspended. */
  takes: z.array(actionNameSchema),
  /** Wanted replicas; null where there is no such number. */
  replicas: z.int().nullable(),
});
export type ObjectSummary = z.infer<typeof objectSummarySchema>;
