import { z } from 'zod';

/** Every way in which the companion says no, with its HTTP status and title (RFC 9457). */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not what the protocol asks for' },
  'path-refused': { status: 403, title: 'The path is written in a way that could mean another one' },
  'token-refused': { status: 403, title: 'The tier token is missing or wrong' },
  'identity-refused': { status: 403, title: 'The user is not proved' },
  'tier-refused': { status: 403, title: 'The action belongs to a higher tier' },
  'policy-refused': { status: 403, title: 'No rule of the policy allows the action' },
  'opted-out': { status: 403, title: 'The target takes no actions' },
  'read-only': { status: 403, title: 'The gateway is read-only' },
  'agent-refused': { status: 403, title: 'The host does not allow the action' },
  'cluster-refused': { status: 403, title: "The cluster's own access rules do not allow it" },
  'permit-refused': { status: 403, title: 'The agent does not accept the permit' },
  'route-unknown': { status: 404, title: 'There is no such path' },
  'host-unknown': { status: 404, title: 'No agent of that host is connected' },
  'container-unknown': { status: 404, title: 'The host has no such container' },
  'cluster-unknown': { status: 404, title: 'No agent of that cluster is connected' },
  'object-unknown': { status: 404, title: 'The cluster has no such object' },
  'process-unknown': { status: 404, title: 'The container has no such process any more' },
  'method-refused': { status: 405, title: 'The path does not take this method' },
  conflict: { status: 409, title: 'The target is not in a state for that' },
  'body-too-large': { status: 413, title: 'The body is larger than 64 KiB' },
  'body-not-json': { status: 415, title: 'The body must be application/json' },
  'not-configured': { status: 422, title: 'The gateway is not configured for that' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'too-many-sessions': { status: 429, title: 'Too many open terminals or logs' },
  internal: { status: 500, title: 'The companion failed' },
  'agent-lost': { status: 502, title: 'The connection to the host was lost' },
  'engine-failed': { status: 502, title: 'The container runtime did not do it' },
  'cluster-failed': { status: 502, title: 'The cluster did not do it' },
  'export-failed': { status: 502, title: 'The bucket did not take the log' },
  'audit-failed': { status: 503, title: 'The audit log cannot be written, so nothing is done' },
  'agent-timeout': { status: 504, title: 'The host did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The JSON of a refusal or failure, served as application/problem+json. */
export const problemDocumentSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  /** The id of the attempt in the audit log, where there is one. */
  attempt: z.string().optional(),
});
export type ProblemDocument = z.infer<typeof problemDocumentSchema>;

/** A refusal or failure that may be shown to the caller; `cause` stays in the service's own log. */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** The id of the attempt in the audit log, where it has got one. */
  readonly attempt: string | undefined;

  constructor(code: ProblemCode, detail: string, options?: ErrorOptions & { readonly attempt?: string }) {
    super(detail, options);
    this.name = 'Problem';
    this.code = code;
    this.attempt = options?.attempt;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /** The same problem of an attempt that the audit log has. */
  of(attempt: string): Problem {
    return new Problem(this.code, this.message, { cause: this.cause, attempt });
  }

  toDocument(): ProblemDocument {
    return {
      type: `urn:toposcope:problem:${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(this.attempt === undefined ? {} : { attempt: this.attempt }),
    };
  }
}

/** Any error as a problem: what is not one already is `internal`, and its message stays here. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem('internal', 'An unexpected error; the service log has it.', { cause: error });
}

/** What an agent can say no with. The others are a gateway's own words, which no host may put into its mouth. */
const AGENT_CODES = [
  ...(['bad-request', 'opted-out', 'agent-refused', 'cluster-refused', 'permit-refused'] as const),
  ...(['route-unknown', 'container-unknown', 'object-unknown', 'process-unknown', 'conflict'] as const),
  ...(['internal', 'engine-failed', 'cluster-failed'] as const),
] satisfies readonly ProblemCode[];

const agentProblemSchema = z.object({
  code: z.enum(AGENT_CODES),
  detail: z.string().transform((detail) => detail.slice(0, 1000)),
});

/** A problem out of the document that an agent sent. */
export function problemFromAgent(document: unknown): Problem {
  const parsed = agentProblemSchema.safeParse(document);
  return parsed.success
    ? new Problem(parsed.data.code, parsed.data.detail)
    : new Problem('agent-lost', 'The host answered something that is no answer.', { cause: parsed.error });
}
