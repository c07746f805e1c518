import type { Readable } from 'node:stream';
import type { ChunkLines } from '../../agent/logs/log-stream.js';
import type { Line } from '../../agent/logs/lines.js';

/** One of the logs that make a workload's: a container's, or a task's. */
export interface LogSource {
  readonly name: string;
  /** Opens it. Throws `conflict` when there is no log yet, or none any more. */
  open(signal: AbortSignal): Promise<AsyncIterable<Line>>;
}

/** Reads a stream's chunks as lines; one chunk is read when the last one was taken. */
export async function* linesOf(stream: Readable, lines: ChunkLines): AsyncGenerator<Line> {
  for await (const chunk of stream) {
    yield* lines.push(chunk as Buffer);
  }
  yield* lines.end();
}
