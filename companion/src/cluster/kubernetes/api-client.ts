import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { Problem, type ProblemCode } from '../../protocol/problems.js';
import type { Access, ReadAccess } from './access.js';

const ANSWERS_WITHIN_MS = 10_000;
/** An object is at most 1.5 MiB in etcd; a list of events is longer. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Of segments that need no escape: names are checked before. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: unknown;
}

/** Asks the API server. Every refusal and failure becomes a problem that says what the server said. */
export class ApiClient {
  readonly #access: ReadAccess;
  readonly #withinMs: number;

  constructor(access: ReadAccess, withinMs = ANSWERS_WITHIN_MS) {
    this.#access = access;
    this.#withinMs = withinMs;
  }

  /** Asks for a JSON document. `what` names the call for the reader. */
  async json(what: string, request: ApiRequest): Promise<unknown> {
    const late = AbortSignal.timeout(this.#withinMs);
    try {
      const text = await textOf(what, await this.#answer(what, request, late));
      return parseJson(what, text);
    } catch (error) {
      throw late.aborted ? this.#tooLate(what, error) : problemOf(what, error);
    }
  }

  /** Asks for something that goes on. The time is up when the answer has not begun; it ends with `signal`. */
  async stream(what: string, request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const late = new AbortController();
    const clock = new AbortController();
    void setTimeout(this.#withinMs, undefined, { signal: clock.signal }).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      return await this.#answer(what, request, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      throw late.signal.aborted ? this.#tooLate(what, error) : problemOf(what, error);
    } finally {
      clock.abort();
    }
  }

  async #answer(what: string, request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { server, ...proof } = await this.#access().catch((error: unknown) => {
      throw new Problem('cluster-failed', `${what}: the companion's credentials cannot be read.`, {
        cause: error,
      });
    });
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${request.path}`, server);
    url.search = new URLSearchParams(request.query).toString();
    const answer = await send(url, proof, request, signal);
    if (answer.statusCode !== 200 && answer.statusCode !== 201 && answer.statusCode !== 202) {
      throw refusalOf(what, answer.statusCode ?? 0, await textOf(what, answer));
    }
    return answer;
  }

  #tooLate(what: string, cause: unknown): Problem {
    const seconds = this.#withinMs / 1000;
    return new Problem('cluster-failed', `${what}: the API server did not answer in ${seconds} s.`, {
      cause,
    });
  }
}

function send(
  url: URL,
  { options, headers }: Omit<Access, 'server'>,
  { method, contentType = 'application/json', body }: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, {
      ...options,
      method,
      signal,
      headers: {
        ...headers,
        accept: 'application/json, */*;q=0.5',
        'user-agent': 'toposcope-companion',
        ...(text === undefined
          ? {}
          : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) }),
      },
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(text);
  });
}

async function textOf(what: string, answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new Problem('cluster-failed', `${what}: the API server answered more than 8 MiB.`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('cluster-failed', `${what}: the API server answered something that is no JSON.`, {
      cause: error,
    });
  }
}

/** What the API server says when it says no (apimachinery, `metav1.Status`). */
const statusSchema = z.object({ kind: z.literal('Status'), message: z.string() });

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'conflict',
  403: 'cluster-refused',
  404: 'object-unknown',
  409: 'conflict',
  422: 'conflict',
};

function refusalOf(what: string, status: number, text: string): Problem {
  if (status === 401) {
    return new Problem(
      'cluster-failed',
      `${what}: the API server does not accept the companion's credentials (401); are they out of date?`,
    );
  }
  const code = CODE_OF_STATUS[status] ?? 'cluster-failed';
  return new Problem(code, `${what}: ${saidIn(text) ?? `the API server answered ${status}.`}`);
}

/** What stands in between, such as a proxy, answers whatever it likes; only the server's own words are passed on. */
function saidIn(text: string): string | undefined {
  try {
    return statusSchema.parse(JSON.parse(text)).message.slice(0, 300);
  } catch {
    return undefined;
  }
}

function problemOf(what: string, error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new Problem('cluster-failed', `${what}: the API server cannot be reached${code}.`, { cause: error });
}
