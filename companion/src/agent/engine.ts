import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import { z } from 'zod';
import { Problem, type ProblemCode } from '../protocol/problems.js';

/**
 * How long the runtime may take for what it knows, and for what it does: stopping waits for the program. The gateway has
 * given up before; this is so that nothing stays open.
 */
const PATIENCE_MS = { look: 60_000, act: 120_000 } as const;

/** The container runtime's API; Podman's socket speaks it too. Connections to one that hangs are closed. */
export function connectEngine(
  socketPath: string,
  patience: Readonly<Record<keyof typeof PATIENCE_MS, number>> = PATIENCE_MS,
): Docker {
  const engine = new Docker({ socketPath });
  const { modem } = engine;
  const dial = modem.dial.bind(modem);
  // Each call of the library goes through here; neither it nor the layer below gives up by itself.
  modem.dial = (request, answered) => {
    const late = new AbortController();
    const tooLate = new EngineLate(request.method === 'GET' ? patience.look : patience.act);
    const clock = setTimeout(() => late.abort(), tooLate.withinMs);
    const signals = [late.signal, ...(request.abortSignal === undefined ? [] : [request.abortSignal])];
    dial({ ...request, abortSignal: AbortSignal.any(signals) }, (error, answer) => {
      clearTimeout(clock);
      answered?.(late.signal.aborted ? tooLate : error, answer);
    });
  };
  return engine;
}

class EngineLate extends Error {
  readonly withinMs: number;

  constructor(withinMs: number) {
    super(`the container runtime did not answer in ${withinMs / 1000} s.`);
    this.withinMs = withinMs;
  }
}

/** Awaits a call of the runtime's API and turns its errors into problems. `what` names the call for the reader. */
export async function engineCall<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw engineProblem(what, error);
  }
}

/**
 * The log of a container or task as the runtime streams it. dockerode's own call collects the whole log in memory
 * unless it follows, so this asks the layer below for a stream in any case.
 */
export function openLog(
  engine: Docker,
  of: `containers/${string}` | `tasks/${string}`,
  options: Readonly<Record<string, string | number | boolean>>,
  signal: AbortSignal,
): Promise<Readable> {
  return engineCall(
    'Reading the log',
    new Promise((resolve, reject) => {
      const request = {
        path: `/${of}/logs?`,
        method: 'GET',
        isStream: true,
        abortSignal: signal,
        options,
        statusCodes: { 200: true, 404: 'no such container or task', 500: 'server error' },
      };
      engine.modem.dial(request, (error: unknown, stream: unknown) => {
        if (error === null || error === undefined) {
          resolve(stream as Readable);
        } else {
          reject(error instanceof Error ? error : new Error('the runtime refused', { cause: error }));
        }
      });
    }),
  );
}

const engineErrorSchema = z.object({
  statusCode: z.number(),
  /** `(HTTP code 400) unexpected - ` and what the runtime says, also where that was a stream of plain text; or `null`. */
  message: z.string(),
  reason: z.string().optional().catch(undefined),
});

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  304: 'conflict',
  400: 'conflict',
  404: 'container-unknown',
  409: 'conflict',
};

function engineProblem(what: string, error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof EngineLate) {
    return new Problem('engine-failed', `${what}: ${error.message}`, { cause: error });
  }
  const parsed = engineErrorSchema.safeParse(error);
  if (!parsed.success) {
    return new Problem('engine-failed', `${what}: the container runtime cannot be reached.`, {
      cause: error,
    });
  }
  const { statusCode, message, reason } = parsed.data;
  const words = message.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
  const said = (words === 'null' || words === '' ? (reason ?? `status ${statusCode}`) : words).slice(0, 300);
  return new Problem(CODE_OF_STATUS[statusCode] ?? 'engine-failed', `${what}: ${said}`, { cause: error });
}
