import { once } from 'node:events';
import { constants } from 'node:http2';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Ending } from '../audit/audit-log.js';
import { Recording } from '../audit/recording.js';
import { ACTIONS, type TerminalAction } from '../protocol/action.js';
import { parseRequest } from '../protocol/parse.js';
import { asProblem, Problem } from '../protocol/problems.js';
import {
  clientMessageSchema,
  type ClientMessage,
  type ServerMessage,
  type TerminalClocks,
} from '../protocol/terminal-messages.js';
import { encodeInput } from '../tunnel/input-frames.js';
import { ANSWER_WITHIN_MS, type Attempts, type Started } from './attempts.js';
import type { Caller } from './caller.js';
import { EndReason, type Reason } from './end-reason.js';
import { SendWindow } from './send-window.js';
import type { AgentStream } from './tunnel.js';
import { watchPolicy } from './watch-policy.js';

export interface SessionTarget {
  readonly caller: Caller;
  readonly host: string;
  /** Empty for the host itself. */
  readonly container: string;
}

export interface SessionSurroundings {
  readonly attempts: Attempts;
  readonly log: Logger;
  /** Where recordings go; undefined when none are made. */
  readonly recordings: string | undefined;
  readonly limits: TerminalClocks;
}

/** Runs one terminal over one WebSocket, from its `open` to its end. Never rejects. */
export async function runTerminal(
  socket: WebSocket,
  target: SessionTarget,
  surroundings: SessionSurroundings,
): Promise<void> {
  const { log, limits } = surroundings;
  socket.on('error', (error) => log.debug({ err: error }, 'a terminal socket broke'));
  const stopPing = keepPinging(socket, limits.pingEvery);
  try {
    await runOpened(socket, await openMessage(socket, limits.openWithin), target, surroundings);
  } catch (error) {
    const problem = asProblem(error);
    if (problem.code === 'internal') {
      log.error({ err: error }, 'a terminal failed');
    }
    say(socket, { type: 'problem', problem: problem.toDocument() });
    socket.close(1008, problem.code);
  } finally {
    stopPing();
  }
}

async function runOpened(
  socket: WebSocket,
  { request, window }: OpenMessage,
  { caller, host, container }: SessionTarget,
  { attempts, recordings, limits }: SessionSurroundings,
): Promise<void> {
  if ((ACTIONS[request.action].target === 'host') !== (container === '')) {
    throw new Problem('bad-request', `${request.action} is not for this path.`);
  }
  const started = await attempts.start(caller, host, container, request);
  const ending: { bytes: number } & Partial<Ending> = { bytes: 0 };
  let recording: Recording | undefined;
  let agent: AgentStream | undefined;
  try {
    recording = await record(recordings, started, request);
    agent = await started.tunnel.open(started.permit, ANSWER_WITHIN_MS, true);
    say(socket, { type: 'opened', attempt: started.attempt.id, tty: agent.tty });
    const room = new SendWindow(window);
    const reason = await carry({ socket, agent, recording, room, started }, limits, ending);
    const exitCode = reason === 'the program ended' ? agent.exitCode() : null;
    say(socket, { type: 'exit', exitCode, reason });
    await started.end({ ...ending, outcome: 'done', reason, exitCode });
    socket.close(1000);
  } catch (error) {
    const problem = asProblem(error);
    await started.fail(problem, ending);
    throw problem.of(started.attempt.id);
  } finally {
    agent?.stream.close(constants.NGHTTP2_CANCEL);
    await recording?.close();
  }
}

function record(
  directory: string | undefined,
  { attempt }: Started,
  request: TerminalAction,
): Promise<Recording | undefined> {
  if (directory === undefined) {
    return Promise.resolve(undefined);
  }
  const title = `${request.action} ${attempt.containerName} on ${attempt.host} by ${attempt.user}`;
  return Recording.create(directory, attempt.id, request.size ?? { columns: 80, rows: 24 }, title).catch(
    (error: unknown) => {
      throw new Problem('audit-failed', 'The session cannot be recorded, so it is not opened.', {
        cause: error,
      });
    },
  );
}

interface Session {
  readonly socket: WebSocket;
  readonly agent: AgentStream;
  readonly recording: Recording | undefined;
  readonly room: SendWindow;
  readonly started: Started;
}

/** Carries bytes both ways until one side ends, and says why it ended. Throws `agent-lost` when the host is lost. */
async function carry(
  { socket, agent, recording, room, started }: Session,
  limits: TerminalClocks,
  counted: { bytes: number },
): Promise<Reason> {
  const { stream } = agent;
  const ended = new EndReason(limits.total, limits.idleFor);
  socket.once('close', () => ended.because('the other side left'));
  if (socket.readyState !== socket.OPEN) {
    ended.because('the other side left');
  }
  socket.on('message', (data: Buffer, binary) => {
    try {
      const message = binary ? undefined : clientMessage(data.toString());
      if (message?.type === 'shown') {
        room.give(message.bytes);
        return;
      }
      ended.postpone();
      if (!feed(socket, stream, message, data)) {
        return;
      }
      if (message?.type === 'resize') {
        recording?.resized(message.size).catch((error: unknown) => ended.fail(error));
      }
    } catch (error) {
      ended.fail(error);
    }
  });
  const output = (async (): Promise<void> => {
    for await (const chunk of stream) {
      const bytes = chunk as Buffer;
      counted.bytes += bytes.length;
      await recording?.output(bytes);
      await room.take(bytes.length);
      await sendBytes(socket, bytes);
    }
    agent.assertWhole();
    ended.because('the program ended');
  })();
  output.catch((error: unknown) => ended.fail(lostUnlessProblem(error)));
  const stopWatching = watchPolicy(started, (problem) => ended.fail(problem));
  return ended.promise.finally(stopWatching);
}

/** Writes what the client sent to the host; false when nothing more can be written. */
function feed(
  socket: WebSocket,
  stream: AgentStream['stream'],
  message: Exclude<ClientMessage, { type: 'shown' }> | undefined,
  bytes: Buffer,
): boolean {
  if (message?.type === 'open') {
    throw new Problem('bad-request', 'The terminal is open already.');
  }
  if (stream.destroyed || stream.writableEnded) {
    return false;
  }
  const frame = encodeInput(message ?? { type: 'bytes', bytes });
  if (!stream.write(frame)) {
    socket.pause();
    stream.once('drain', () => socket.resume());
  }
  return true;
}

type OpenMessage = Extract<ClientMessage, { type: 'open' }>;

async function openMessage(socket: WebSocket, withinMs: number): Promise<OpenMessage> {
  const clock = AbortSignal.timeout(withinMs);
  const closed = once(socket, 'close', { signal: clock }).then(() => undefined);
  const first = once(socket, 'message', { signal: clock }).then(([data, binary]) => ({
    data: data as Buffer,
    binary: binary === true,
  }));
  closed.catch(() => undefined);
  const message = await Promise.race([first, closed]).catch(() => undefined);
  if (message === undefined || message.binary) {
    throw new Problem('bad-request', 'The first message of a terminal must be open, and come within 10 s.');
  }
  const parsed = clientMessage(message.data.toString());
  if (parsed.type !== 'open') {
    throw new Problem('bad-request', 'The first message of a terminal must be open.');
  }
  return parsed;
}

function clientMessage(text: string): ClientMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem('bad-request', 'A text message of a terminal must be JSON.', { cause: error });
  }
  return parseRequest(clientMessageSchema, value, 'message');
}

function say(socket: WebSocket, message: ServerMessage): void {
  if (socket.readyState === socket.OPEN) {
    socket.send(JSON.stringify(message));
  }
}

/** Resolves when the bytes have left, so that a slow reader slows the program. */
function sendBytes(socket: WebSocket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    // A socket that has closed ends the session by its own event.
    socket.send(bytes, { binary: true }, () => resolve());
  });
}

/** Proxies in between cut what says nothing; a browser that has gone without a word answers nothing. */
function keepPinging(socket: WebSocket, everyMs: number): () => void {
  let answered = true;
  socket.on('pong', () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, everyMs);
  return () => clearInterval(timer);
}

function lostUnlessProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem('agent-lost', 'The connection to the host was lost.', { cause: error });
}
