import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Line } from '../../agent/logs/lines.js';

/** A line with the container or task that wrote it. */
export interface SourceLine extends Line {
  readonly source: string;
}

interface Lines {
  readonly lines: AsyncIterable<SourceLine>;
}

/** Sources whose lines are in the order of time, as one in that order. Of each, one line is held. */
export async function* inOrderOfTime(sources: readonly Lines[]): AsyncGenerator<SourceLine> {
  const iterators = sources.map(({ lines }) => lines[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
    for (;;) {
      const earliest = earliestOf(heads);
      const head = heads[earliest];
      const iterator = iterators[earliest];
      if (head === undefined || head.done === true || iterator === undefined) {
        return;
      }
      yield head.value;
      heads[earliest] = await iterator.next();
    }
  } finally {
    await Promise.all(iterators.map(async (iterator) => iterator.return?.()));
  }
}

function earliestOf(heads: readonly IteratorResult<SourceLine, unknown>[]): number {
  let earliest = -1;
  let time = '';
  heads.forEach((head, index) => {
    if (head.done !== true && (earliest < 0 || head.value.time < time)) {
      earliest = index;
      time = head.value.time;
    }
  });
  return earliest;
}

/** Lines as they come: each source waits until its last line was taken, and none waits for another. */
export async function* asTheyCome(
  sources: readonly Lines[],
  signal: AbortSignal,
): AsyncGenerator<SourceLine> {
  const gathered = new PassThrough({ objectMode: true, highWaterMark: 16 });
  gathered.setMaxListeners(0);
  const pump = async ({ lines }: Lines): Promise<void> => {
    for await (const line of lines) {
      if (!gathered.write(line)) {
        await once(gathered, 'drain', { signal });
      }
    }
  };
  Promise.all(sources.map(pump)).then(
    () => gathered.end(),
    (error: unknown) =>
      gathered.destroy(error instanceof Error ? error : new Error('a log broke', { cause: error })),
  );
  for await (const line of gathered) {
    yield line as SourceLine;
  }
}
