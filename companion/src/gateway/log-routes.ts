import { once } from 'node:events';
import { Transform, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { exportProgressSchema, logLineSchema, type ExportProgress } from '../protocol/actions/logs.js';
import { asProblem, Problem } from '../protocol/problems.js';
import { containerParams, exportLogsBody, logsQuery } from '../protocol/requests.js';
import { ANSWER_WITHIN_MS, type GatewayCore, type Started } from './attempts.js';
import type { LogBucket } from './log-bucket.js';
import { route, type Route } from './route.js';
import type { AgentStream } from './tunnel.js';
import { watchPolicy } from './watch-policy.js';

/** A container's log to the reader, or to the bucket. */
export function logRoutes({ limits }: GatewayCore, bucket: LogBucket | undefined): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/hosts/{host}/containers/{container}/logs',
      summary: "A container's log, as it is or as it grows (action logs)",
      schemas: { params: containerParams, query: logsQuery, body: z.undefined() },
      answer: {
        description: 'The lines, gzipped where the client takes that',
        content: { 'application/x-ndjson': logLineSchema, 'text/plain': z.string() },
      },
      async handle({ caller, attempts, params: { host, container }, query, request, response }) {
        const { download = false, ...selection } = query;
        await limits.whileReading(caller.user, async () => {
          const started = await attempts.start(caller, host, container, { action: 'logs', ...selection });
          await answerLog(started, { format: query.format, download }, request, response);
        });
      },
    }),
    route({
      method: 'post',
      path: '/hosts/{host}/containers/{container}/logs/export',
      summary: "A container's log to the bucket of the gateway (action export-logs), with its progress",
      schemas: { params: containerParams, query: z.strictObject({}), body: exportLogsBody },
      answer: {
        description: 'Progress, one JSON object a line; the last one says how it ended',
        content: { 'application/x-ndjson': exportProgressSchema },
      },
      async handle({ caller, attempts, params: { host, container }, body, response }) {
        if (bucket === undefined) {
          throw new Problem('not-configured', 'The gateway has no bucket; it is set by --export.bucket.');
        }
        await limits.whileReading(caller.user, async () => {
          const started = await attempts.start(caller, host, container, { action: 'export-logs', ...body });
          await answerExport(started, bucket, `${host}/${fileName(started, 'ndjson.gz')}`, response);
        });
      },
    }),
  ];
}

/** How a log is asked for. */
interface LogForm {
  readonly format: 'ndjson' | 'text' | undefined;
  /** A file to save. */
  readonly download: boolean;
}

/** Carries a log to the reader. */
export async function answerLog(
  started: Started,
  { format = 'ndjson', download }: LogForm,
  request: Request,
  response: Response,
): Promise<void> {
  const [extension, type] = format === 'text' ? ['txt', 'text/plain'] : ['ndjson', 'application/x-ndjson'];
  const work = async (counted: (agent: AgentStream) => Transform): Promise<void> => {
    const agent = await started.tunnel.open(started.permit, ANSWER_WITHIN_MS, false);
    // Never what the agent says that it is: a browser would run a page that a container wrote.
    response.type(type);
    if (download) {
      response.attachment(fileName(started, extension));
    }
    const gzip = gzipFor(request, response);
    response.flushHeaders();
    await pipeline([agent.stream, counted(agent), ...gzip, response]);
  };
  await answerWithEnd(started, response, work, () => response.destroy());
}

async function answerExport(
  started: Started,
  bucket: LogBucket,
  key: string,
  response: Response,
): Promise<void> {
  const tell = (progress: ExportProgress): void => void response.write(`${JSON.stringify(progress)}\n`);
  const work = async (counted: (agent: AgentStream) => Transform): Promise<void> => {
    const agent = await started.tunnel.open(started.permit, ANSWER_WITHIN_MS, false);
    response.type('application/x-ndjson').flushHeaders();
    const left = new AbortController();
    response.once('close', () => left.abort());
    const progress = (bytes: number): void => tell({ state: 'uploading', bytes });
    try {
      const log = gzippedLog(agent.stream, counted(agent));
      tell({ state: 'done', ...(await bucket.upload(key, log, progress, left.signal)) });
    } finally {
      agent.stream.destroy();
    }
  };
  await answerWithEnd(started, response, work, ({ code, message }) => {
    tell({ state: 'failed', code, detail: message });
  });
  response.end();
}

/**
 * Does what streams, through what counts its bytes and fails at the end of what is not whole; writes its end down, also
 * when the reader leaves or the host is lost.
 *
 * @param broken what the reader gets when it fails after its beginning
 */
async function answerWithEnd(
  started: Started,
  response: Response,
  work: (counted: (agent: AgentStream) => Transform) => Promise<void>,
  broken: (problem: Problem) => void,
): Promise<void> {
  const { attempt, end, fail } = started;
  let bytes = 0;
  let stopWatching = (): void => undefined;
  const reader = { left: false };
  response.once('close', () => (reader.left = true));
  const counted = (agent: AgentStream): Transform => {
    const counter = new Transform({
      transform(chunk: Buffer, _, done) {
        bytes += chunk.length;
        done(null, chunk);
      },
      flush(done) {
        try {
          agent.assertWhole();
          done();
        } catch (error) {
          done(asProblem(error));
        }
      },
    });
    stopWatching = watchPolicy(started, (problem) => counter.destroy(problem));
    return counter;
  };
  try {
    await work(counted);
    await end({ outcome: 'done', bytes });
  } catch (error) {
    // A reader who leaves has read what they wanted; a follow ends in no other way.
    if (reader.left && !(error instanceof Problem)) {
      await end({ outcome: 'done', reason: 'the reader left', bytes });
      return;
    }
    const problem = streamProblem(error);
    await fail(problem, { bytes });
    if (!response.headersSent) {
      throw problem.of(attempt.id);
    }
    broken(problem);
  } finally {
    stopWatching();
  }
}

function streamProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem('agent-lost', 'The connection to the host was lost in the middle of the log.', {
        cause: error,
      });
}

function gzipFor(request: Request, response: Response): Writable[] & Transform[] {
  response.vary('Accept-Encoding');
  if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') {
    return [];
  }
  response.set('Content-Encoding', 'gzip');
  // Flushed with every write, or a line of a log that is followed would wait for more.
  return [createGzip({ level: constants.Z_BEST_SPEED, flush: constants.Z_SYNC_FLUSH })];
}

function gzippedLog(source: Readable, counted: Transform): Readable {
  const gzip = createGzip();
  void pipeline(source, counted, gzip).catch((error: unknown) => {
    gzip.destroy(error instanceof Error ? error : new Error('the log broke', { cause: error }));
  });
  void once(gzip, 'error').catch(() => undefined);
  return gzip;
}

function fileName({ attempt }: Started, extension: string): string {
  const { container, containerName, object } = attempt;
  const target = object === undefined ? [containerName, container.slice(0, 12)] : [object.kind, object.name];
  const name = target.map((part) => part.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 100)).join('-');
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
  return `${name}-${time}.${extension}`;
}
