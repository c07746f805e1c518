import { z } from 'zod';
import { hostNameSchema } from './names.js';

/** What of an orchestrator can be acted on. Secrets and ConfigMaps are not among them, and never will be. */
export const OBJECT_KINDS = [
  'pod',
  'deployment',
  'daemonset',
  'statefulset',
  'job',
  'cronjob',
  'service',
  'node',
] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** An object's name in its orchestrator: what Kubernetes (RFC 1123) and Swarm let one be called. */
export const objectNameSchema = z
  .string()
  .regex(
    /^(?!.*\.\.)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/,
    'must be a name of letters, digits, dots and dashes',
  );

const namespaceSchema = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/, 'must be a namespace');

/** One object of a cluster, as its users name it. */
export const objectReferenceSchema = z.strictObject({
  kind: z.enum(OBJECT_KINDS),
  /** A Swarm service's is its stack. Empty for what has none, such as nodes. */
  namespace: z.union([z.literal(''), namespaceSchema]),
  name: objectNameSchema,
});
export type ObjectReference = z.infer<typeof objectReferenceSchema>;

/** An object for good: a name alone can be given to another one a moment later. */
export const identifiedObjectSchema = z.strictObject({
  ...objectReferenceSchema.shape,
  /** The orchestrator's own id; empty only where the gateway asks for it. */
  uid: z.string().max(64),
});
export type IdentifiedObject = z.infer<typeof identifiedObjectSchema>;

/** Stands in a path for a namespace where there is none, and for the cluster where only one is connected. */
const NONE = '-';
const none = z.literal(NONE).transform(() => '');

export const objectParams = z.strictObject({
  cluster: z.union([none, hostNameSchema]),
  kind: z.enum(OBJECT_KINDS),
  namespace: z.union([none, namespaceSchema]),
  name: objectNameSchema,
});

/** An object with its cluster; that is empty where the metrics do not name one, and then it is the only one connected. */
export interface ObjectPlace extends ObjectReference {
  readonly cluster: string;
}

/** What stands for an object in the gateway's paths. */
export function objectPath({ cluster, kind, namespace, name }: ObjectPlace): string {
  const parts = [cluster, 'objects', kind, namespace, name].map((part) => (part === '' ? NONE : part));
  return `/clusters/${parts.join('/')}`;
}

/**
 * The name by which a cluster's agent is known: in its hello, in the register, as the audience of its permits and
 * before its join token. No host can be called that, because host names have no colon.
 */
export const clusterAgentName = (cluster: string): string => `cluster:${cluster}`;
export const clusterAgentNameSchema = z
  .string()
  .regex(/^cluster:[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, 'must be cluster: and a name');

/** Undefined for the agent of a host. */
export function clusterOfAgent(agent: string): string | undefined {
  return agent.startsWith('cluster:') ? agent.slice('cluster:'.length) : undefined;
}

/** `pod shop/web-1`, for messages. */
export function describeReference({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
