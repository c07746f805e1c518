import { randomUUID } from 'node:crypto';
import type { ActionName } from '../protocol/action.js';
import type { ObjectReference } from '../protocol/objects.js';
import { Problem } from '../protocol/problems.js';
import type { Role, Tier } from '../protocol/tiers.js';
import { jsonLine } from './json-line.js';
import type { LineFile } from './line-file.js';
import { maskArguments } from './mask.js';

/** What somebody tried, as far as it was known when it was refused or started. */
export interface Attempt {
  readonly id: string;
  /** Empty while nobody is proved. */
  readonly user: string;
  readonly role: Role | undefined;
  readonly tier: Tier | undefined;
  /** The peer of the connection, and what it said to forward for. */
  readonly address: string;
  readonly forwardedFor: string | undefined;
  /** Undefined when the request was refused before it could be read. */
  readonly action: ActionName | undefined;
  readonly host: string;
  /** All 64 digits where the container was found, else what was asked for. */
  readonly container: string;
  readonly containerName: string;
  /** Where it is about an object of a cluster; `host` is then the name of the cluster's agent. */
  readonly object?: ObjectReference | undefined;
  readonly request: Readonly<Record<string, unknown>>;
}

/** How an attempt ended. */
export interface Ending {
  readonly outcome: 'done' | 'failed';
  /** Code of the problem, when it failed. */
  readonly code?: string;
  readonly reason?: string;
  readonly bytes?: number;
  readonly exitCode?: number | null;
  /** How often it was asked, where one attempt stands for what is asked again and again; and how often it failed. */
  readonly count?: number;
  readonly failed?: number;
  /** Where it is not the time until this is written. */
  readonly durationMs?: number;
}

export const newAttemptId = (): string => randomUUID();

/** One JSON line for each attempt, before it runs, and one after it ended. */
export class AuditLog {
  readonly #file: Pick<LineFile, 'append'>;
  readonly #now: () => Date;
  #isWritable = true;

  constructor(file: Pick<LineFile, 'append'>, now: () => Date = () => new Date()) {
    this.#file = file;
    this.#now = now;
  }

  /** Whether the last line could be written. */
  get isWritable(): boolean {
    return this.#isWritable;
  }

  /** Writes that something was refused. Throws `audit-failed` when that cannot be written. */
  async refused(attempt: Attempt, problem: Problem): Promise<void> {
    const outcome = { outcome: 'refused', code: problem.code, reason: problem.message };
    await this.#write(attempt, beginning(maskArguments(attempt.request)), outcome);
  }

  /**
   * Writes that something is about to be done and resolves when the line is on the disk, with what writes its end.
   * That answers how many milliseconds it took. Throws `audit-failed` when the line cannot be written: then it must
   * not be done.
   */
  async started(attempt: Attempt): Promise<(ending: Ending) => Promise<number>> {
    const given = maskArguments(attempt.request);
    await this.#write(attempt, given, { outcome: 'started' });
    const startedAt = performance.now();
    return async (ending) => {
      const { durationMs = Math.round(performance.now() - startedAt) } = ending;
      await this.#write(attempt, given, { ...ending, durationMs });
      return durationMs;
    };
  }

  async #write(
    attempt: Attempt,
    given: Readonly<Record<string, unknown>>,
    outcome: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const line = {
      time: this.#now().toISOString(),
      ...attempt,
      request: undefined,
      arguments: given,
      ...outcome,
    };
    try {
      await this.#file.append(jsonLine(line));
      this.#isWritable = true;
    } catch (error) {
      this.#isWritable = false;
      throw new Problem('audit-failed', 'The audit log cannot be written; tell the administrator.', {
        cause: error,
      });
    }
  }
}

/** What was done is kept to the letter; what was not may not fill the disk with what it asked for. */
const REFUSED_ARGUMENTS = 2048;

function beginning(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(given);
  return text.length > REFUSED_ARGUMENTS ? { beginning: text.slice(0, REFUSED_ARGUMENTS) } : given;
}
