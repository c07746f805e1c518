import { problemDocumentSchema, type ProblemCode } from '@toposcope/companion/protocol/problems.js';
import { messageOf } from '../prometheus/error-message';

/** Why the companion did not do it, in the gateway's own words where it has said some. */
export class CompanionError extends Error {
  /** Undefined where Grafana, or nobody, answered in the gateway's place. */
  readonly code: ProblemCode | undefined;

  constructor(message: string, code?: ProblemCode, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CompanionError';
    this.code = code;
  }
}

/** The error of an answer that is no success. */
export function refusalOf(status: number, body: unknown): CompanionError {
  const problem = problemDocumentSchema.safeParse(body);
  if (problem.success) {
    return new CompanionError(problem.data.detail, problem.data.code);
  }
  if (status === 403) {
    return new CompanionError(`Grafana does not let you: ${messageOf(body)}.`);
  }
  return new CompanionError(
    status === 0 || status >= 500
      ? 'The companion does not answer: is its gateway running, and its address right in the data source?'
      : `The companion answered with status ${status}: ${messageOf(body)}`,
  );
}
