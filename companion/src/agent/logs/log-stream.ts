import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { FrameParser } from './frames.js';
import type { LineFilter } from './line-filter.js';
import { FrameLines, TerminalLines, type Line } from './lines.js';

export interface LogFormat {
  readonly tty: boolean;
  readonly format: 'ndjson' | 'text';
  readonly filter: LineFilter | undefined;
  /** Of a terminal there is only stdout. */
  readonly stream: 'stdout' | 'stderr' | undefined;
}

/** How long lines may be looked through before somebody else gets the processor. */
const SLICE_MS = 10;

/**
 * Turns the runtime's log stream into NDJSON or text. One chunk is read when the last one was taken, so a slow reader
 * slows the runtime and memory stays flat.
 */
export function formatLog(source: Readable, options: LogFormat): Readable {
  return Readable.from(formatted(source, options), { objectMode: false, highWaterMark: 64 * 1024 });
}

async function* formatted(source: Readable, options: LogFormat): AsyncGenerator<string> {
  const render = options.format === 'text' ? asText : asNdjson;
  const lines = options.tty ? terminalLines() : frameLines();
  let pauseAt = performance.now() + SLICE_MS;
  for await (const chunk of source) {
    let text = '';
    for (const line of lines.push(chunk as Buffer)) {
      if (wanted(line, options)) {
        text += render(line);
      }
      if (options.filter !== undefined && performance.now() > pauseAt) {
        await setImmediate();
        pauseAt = performance.now() + SLICE_MS;
      }
    }
    if (text !== '') {
      yield text;
    }
  }
  for (const line of lines.end()) {
    if (wanted(line, options)) {
      yield render(line);
    }
  }
}

/** Takes a log's chunks, cut anywhere, and gives its lines. */
export interface ChunkLines {
  push(chunk: Buffer): Generator<Line>;
  end(): Generator<Line>;
}

function terminalLines(): ChunkLines {
  return new TerminalLines();
}

/** Of a log with frames, which is every one that is no terminal's. */
export function frameLines(): ChunkLines {
  const frames = new FrameParser();
  const lines = new FrameLines();
  return {
    *push(chunk) {
      for (const frame of frames.push(chunk)) {
        yield* lines.push(frame);
      }
    },
    end: () => lines.end(),
  };
}

function wanted(line: Line, { stream, filter }: LogFormat): boolean {
  return (stream === undefined || line.stream === stream) && (filter === undefined || filter(line.bytes));
}

function asText({ time, bytes }: Line): string {
  return `${time} ${bytes.toString()}\n`;
}

function asNdjson({ time, stream, bytes, partial }: Line): string {
  const line = JSON.stringify(bytes.toString());
  return `{"time":${JSON.stringify(time)},"stream":"${stream}","line":${line}${partial ? ',"partial":true' : ''}}\n`;
}
