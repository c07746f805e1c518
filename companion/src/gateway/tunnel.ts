import { once } from 'node:events';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import { Problem, problemFromAgent } from '../protocol/problems.js';
import {
  EXIT_CODE_TRAILER,
  PERFORM_PATH,
  PERMIT_HEADER,
  WHOLE_TRAILER,
  type Hello,
} from '../protocol/tunnel.js';
import { keepHeartbeat } from '../tunnel/heartbeat.js';
import { withoutHandle } from '../tunnel/without-handle.js';

/** A list of some thousand containers with long labels fits; what is larger is no answer. */
const MAX_VALUE_BYTES = 16 * 1024 * 1024;

const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;

/** An agent's answer that goes on: a log, or a terminal's output. */
export interface AgentStream {
  readonly stream: ClientHttp2Stream;
  readonly tty: boolean;
  /**
   * To be asked when the stream has ended, since a tunnel that breaks may end it like an agent that is done. Throws
   * `agent-lost`.
   */
  assertWhole(): void;
  /** The exit code, once the stream has ended; null when the agent does not say. */
  exitCode(): number | null;
}

/** The connection that one agent keeps open, asked from this end. */
export class Tunnel {
  readonly hello: Hello;
  readonly connectedAt: Date;
  readonly #session: ClientHttp2Session;

  constructor(socket: Duplex, hello: Hello, heartbeatMs?: number) {
    this.hello = hello;
    this.connectedAt = new Date();
    const connection = withoutHandle(socket);
    this.#session = connect('http://agent', {
      createConnection: () => connection,
      maxSessionMemory: 256,
      settings: { enablePush: false, initialWindowSize: 256 * 1024 },
    });
    this.#session.on('error', () => this.#session.destroy());
    // All streams together; the protocol's own 64 KiB would make every reader wait for every other one's round trip.
    this.#session.once('connect', () => this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    keepHeartbeat(this.#session, heartbeatMs);
  }

  onClose(listener: () => void): void {
    this.#session.once('close', listener);
  }

  close(): void {
    this.#session.destroy();
  }

  /** Asks for a value. Throws the agent's own problem, `agent-timeout` or `agent-lost`. */
  async value(permit: string, withinMs: number): Promise<unknown> {
    const { stream } = await this.#ask(permit, withinMs, true);
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), withinMs);
    try {
      return JSON.parse(await bodyOf(stream));
    } catch (error) {
      throw error instanceof Problem ? error : lost(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks for something that goes on. With `input`, the stream can be written to as well. */
  async open(permit: string, withinMs: number, input: boolean): Promise<AgentStream> {
    const { stream, headers } = await this.#ask(permit, withinMs, !input);
    let whole = false;
    let exitCode: number | null = null;
    stream.once('trailers', (trailers: IncomingHttpHeaders) => {
      whole = trailers[WHOLE_TRAILER] === 'true';
      const text = trailers[EXIT_CODE_TRAILER];
      exitCode = typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : null;
    });
    return {
      stream,
      tty: headers['x-toposcope-tty'] === 'true',
      assertWhole() {
        if (!whole) {
          throw new Problem('agent-lost', 'The connection to the host was lost before the end.');
        }
      },
      exitCode: () => exitCode,
    };
  }

  async #ask(permit: string, withinMs: number, endStream: boolean): Promise<Asked> {
    if (this.#session.closed || this.#session.destroyed) {
      throw lost(undefined);
    }
    const stream = this.#session.request(
      { ':method': 'POST', ':path': PERFORM_PATH, [PERMIT_HEADER]: permit },
      { endStream },
    );
    // Errors are told where the stream is read; one that nobody reads any more must not end the process.
    stream.on('error', () => undefined);
    const headers = await answerOf(stream, withinMs);
    if (headers[':status'] !== 200) {
      throw problemFromAgent(parseJson(await bodyOf(stream)));
    }
    return { stream, headers };
  }
}

interface Asked {
  readonly stream: ClientHttp2Stream;
  readonly headers: { readonly ':status'?: number } & Readonly<Record<string, unknown>>;
}

async function answerOf(stream: ClientHttp2Stream, withinMs: number): Promise<Asked['headers']> {
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), withinMs);
  const closed = (): void => clock.abort();
  stream.once('close', closed);
  try {
    const [headers] = (await once(stream, 'response', { signal: clock.signal })) as [Asked['headers']];
    return headers;
  } catch (error) {
    if (stream.destroyed || stream.closed) {
      throw lost(error);
    }
    stream.close(constants.NGHTTP2_CANCEL);
    throw new Problem('agent-timeout', `The host did not answer in ${withinMs / 1000} s.`, { cause: error });
  } finally {
    clearTimeout(timer);
    stream.off('close', closed);
  }
}

async function bodyOf(stream: ClientHttp2Stream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_VALUE_BYTES) {
      stream.close(constants.NGHTTP2_CANCEL);
      throw new Problem('agent-lost', 'The host answered more than 16 MiB.');
    }
    chunks.push(chunk as Buffer);
  }
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) {
    throw lost(undefined);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lost(cause: unknown): Problem {
  return new Problem('agent-lost', 'The connection to the host was lost before it answered.', { cause });
}
