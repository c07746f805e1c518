import { once } from 'node:events';
import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { asProblem, Problem } from '../protocol/problems.js';
import {
  EXIT_CODE_TRAILER,
  PERFORM_PATH,
  PERMIT_HEADER,
  WHOLE_TRAILER,
  type PermitClaims,
} from '../protocol/tunnel.js';
import { keepHeartbeat } from '../tunnel/heartbeat.js';
import { withoutHandle } from '../tunnel/without-handle.js';
import { InputDecoder } from '../tunnel/input-frames.js';
import type { Answer, Terminal } from './handler.js';
import type { PermitVerifier } from './permit-verifier.js';

/** What an agent serves a gateway with. */
export interface AgentService {
  /** Does what a permit allows, as far as this agent's own ceiling does. */
  readonly perform: (claims: PermitClaims, signal: AbortSignal) => Promise<Answer>;
  readonly verifier: PermitVerifier;
  readonly log: Logger;
  readonly heartbeatMs?: number;
}

/** Serves HTTP/2 over a connection that the agent itself has opened. Resolves when it has ended. */
export async function serveTunnel(socket: Duplex, service: AgentService, signal: AbortSignal): Promise<void> {
  const server = createServer({
    // Counts what slow readers have not taken yet; the default of 10 MB is too small for a hundred of them.
    maxSessionMemory: 256,
    settings: { maxConcurrentStreams: 1000, maxHeaderListSize: 64 * 1024 },
  });
  server.on('session', (session: Http2Session) => {
    keepHeartbeat(session, service.heartbeatMs);
    signal.addEventListener('abort', () => session.destroy(), { once: true });
  });
  server.on('sessionError', (error) => service.log.warn({ err: error }, 'the tunnel broke'));
  server.on('stream', (stream, headers) => void answer(stream, headers, service));
  socket.on('error', () => socket.destroy());
  const closed = once(socket, 'close');
  server.emit('connection', withoutHandle(socket));
  await closed;
}

async function answer(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  service: AgentService,
): Promise<void> {
  const left = new AbortController();
  stream.once('close', () => left.abort());
  stream.on('error', () => left.abort());
  try {
    await answerRequest(stream, headers, service, left.signal);
  } catch (error) {
    const problem = asProblem(error);
    if (problem.code === 'internal') {
      service.log.error({ err: error }, 'an action failed');
    }
    if (stream.headersSent) {
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    } else if (!stream.destroyed) {
      stream.respond({ ':status': problem.status, 'content-type': 'application/problem+json' });
      stream.end(JSON.stringify(problem.toDocument()));
    }
  }
}

async function answerRequest(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { perform, verifier, log }: AgentService,
  left: AbortSignal,
): Promise<void> {
  if (headers[':method'] !== 'POST' || headers[':path'] !== PERFORM_PATH) {
    throw new Problem('route-unknown', 'A tunnel has one path only.');
  }
  const permit = headers[PERMIT_HEADER];
  if (typeof permit !== 'string') {
    throw new Problem('permit-refused', 'The request has no permit.');
  }
  const claims = await verifier.verify(permit);
  const { sub: user, request, container, object } = claims;
  log.info({ user, action: request.action, container, object }, 'permitted');
  const given = await perform(claims, left);
  switch (given.kind) {
    case 'value':
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      stream.end(JSON.stringify(given.value));
      return;
    case 'stream':
      if (left.aborted) {
        given.stream.destroy();
        return;
      }
      stream.respond({ ':status': 200, 'content-type': given.contentType }, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers(WHOLE));
      await pipeline(given.stream, stream);
      return;
    case 'terminal':
      await serveTerminal(stream, given.terminal, left);
      return;
  }
}

const WHOLE = { [WHOLE_TRAILER]: 'true' } as const;

async function serveTerminal(
  stream: ServerHttp2Stream,
  terminal: Terminal,
  left: AbortSignal,
): Promise<void> {
  try {
    if (left.aborted) {
      return;
    }
    stream.respond(
      { ':status': 200, 'content-type': 'application/octet-stream', 'x-toposcope-tty': String(terminal.tty) },
      { waitForTrailers: true },
    );
    const fed = feed(stream, terminal).catch((error: unknown) => {
      stream.destroy(error instanceof Error ? error : new Error('unreadable input', { cause: error }));
    });
    await pipeline(terminal.output, stream, { end: false, signal: left });
    const exitCode = await terminal.exitCode();
    stream.once('wantTrailers', () => {
      stream.sendTrailers(exitCode === null ? WHOLE : { ...WHOLE, [EXIT_CODE_TRAILER]: String(exitCode) });
    });
    stream.end();
    await fed;
  } catch (error) {
    if (!left.aborted) {
      throw error;
    }
  } finally {
    await terminal.close();
  }
}

/** Carries input until it ends or the program no longer takes any. */
async function feed(stream: ServerHttp2Stream, terminal: Terminal): Promise<void> {
  const { input } = terminal;
  const decoder = new InputDecoder();
  input.on('error', () => undefined);
  for await (const chunk of stream) {
    for (const piece of decoder.push(chunk as Buffer)) {
      if (input.destroyed || input.writableEnded) {
        continue;
      }
      switch (piece.type) {
        case 'bytes':
          if (!input.write(piece.bytes)) {
            await takesMore(input);
          }
          break;
        case 'resize':
          await terminal.resize(piece.size);
          break;
        case 'end':
          input.end();
          break;
      }
    }
  }
}

async function takesMore(input: Writable): Promise<void> {
  const enough = new AbortController();
  const { signal } = enough;
  try {
    await Promise.race([once(input, 'drain', { signal }), once(input, 'close', { signal })]);
  } finally {
    enough.abort();
  }
}
