import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Answer } from '../../agent/handler.js';
import { lineFilter } from '../../agent/logs/line-filter.js';
import type { WorkloadLogsAction } from '../../protocol/actions/object.js';
import { Problem } from '../../protocol/problems.js';
import type { LogSource } from './log-source.js';
import { inOrderOfTime, asTheyCome, type SourceLine } from './merge.js';

/** How long lines may be looked through before somebody else gets the processor. */
const SLICE_MS = 10;
/** Lines of a log that is not followed are sent on in pieces of about this size. */
const PIECE_CHARACTERS = 16 * 1024;

/**
 * The logs of a workload's containers or tasks as one stream: in the order of time, or as they come where they are
 * followed. A source without a log says why in a line of its own. Throws when no source has one.
 */
export async function workloadLog(
  sources: readonly LogSource[],
  request: WorkloadLogsAction,
  signal: AbortSignal,
): Promise<Answer> {
  const filter = lineFilter(request.grep, request.regex);
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const opened = await Promise.all(sources.map((source) => openSource(source, either))).catch(
    (error: unknown) => {
      ended.abort();
      throw error;
    },
  );
  const refusals = opened.flatMap(({ refusal }) => refusal ?? []);
  const [first] = refusals;
  if (first !== undefined && refusals.length === sources.length) {
    throw first;
  }
  const follow = request.follow === true;
  const lines = follow ? asTheyCome(opened, either) : inOrderOfTime(opened);
  const options = { until: untilOf(request.until), filter, text: request.format === 'text', follow };
  return {
    kind: 'stream',
    stream: Readable.from(formatted(lines, options, ended), { objectMode: false, highWaterMark: 64 * 1024 }),
    contentType: options.text ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
  };
}

interface Opened {
  readonly name: string;
  readonly lines: AsyncIterable<SourceLine>;
  readonly refusal?: Problem;
}

async function openSource(source: LogSource, signal: AbortSignal): Promise<Opened> {
  const { name } = source;
  try {
    return { name, lines: named(name, await source.open(signal)) };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'conflict') {
      throw error;
    }
    return { name, refusal: error, lines: said(name, error.message) };
  }
}

async function* named(
  source: string,
  lines: AsyncIterable<Omit<SourceLine, 'source'>>,
): AsyncGenerator<SourceLine> {
  for await (const line of lines) {
    yield { ...line, source };
  }
}

async function* said(source: string, text: string): AsyncGenerator<SourceLine> {
  const time = new Date().toISOString();
  yield await Promise.resolve({ time, stream: 'stderr', source, bytes: Buffer.from(text), partial: false });
}

interface LineOptions {
  /** Unix milliseconds. */
  readonly until: number;
  readonly filter: ((bytes: Buffer) => boolean) | undefined;
  readonly text: boolean;
  readonly follow: boolean;
}

async function* formatted(
  lines: AsyncIterable<SourceLine>,
  { until, filter, text, follow }: LineOptions,
  ended: AbortController,
): AsyncGenerator<string> {
  const render = text ? asText : asNdjson;
  let piece = '';
  let pauseAt = performance.now() + SLICE_MS;
  try {
    for await (const line of lines) {
      // What has no time that can be read is not known to be later.
      if (!(Date.parse(line.time) > until) && (filter === undefined || filter(line.bytes))) {
        piece += render(line);
      }
      if (piece.length > (follow ? 0 : PIECE_CHARACTERS)) {
        yield piece;
        piece = '';
      }
      if (performance.now() > pauseAt) {
        await setImmediate();
        pauseAt = performance.now() + SLICE_MS;
      }
    }
    if (piece !== '') {
      yield piece;
    }
  } finally {
    ended.abort();
  }
}

/** Unix milliseconds; for ever where nothing is said. */
function untilOf(until: string | undefined): number {
  if (until === undefined) {
    return Infinity;
  }
  return /^[\d.]+$/.test(until) ? Number(until) * 1000 : Date.parse(until);
}

function asText({ time, source, bytes }: SourceLine): string {
  return `${time} ${source} ${bytes.toString()}\n`;
}

function asNdjson({ time, stream, source, bytes, partial }: SourceLine): string {
  const told = { time, stream, source, line: bytes.toString(), ...(partial ? { partial } : {}) };
  return `${JSON.stringify(told)}\n`;
}
