import type { Readable } from 'node:stream';

/** A longer line is no event of an engine. */
const LONGEST_LINE = 1024 * 1024;

/**
 * Yields the JSON value on each line of a stream, in order; lines that are none are skipped. Starts to read at once,
 * so that nothing is lost before the first `next()`. Ends with the stream and throws its error.
 */
export function readJsonLines(stream: Readable): AsyncIterable<unknown> {
  const waiting: unknown[] = [];
  let rest = '';
  let ended = false;
  let failure: Error | undefined;
  let wake = () => {
    // nobody waits yet
  };
  const end = () => {
    ended = true;
    wake();
  };

  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      stream.destroy(new Error(`a line is longer than ${LONGEST_LINE} characters`));
    }
    waiting.push(...lines.map(parseOrUndefined).filter((value) => value !== undefined));
    wake();
  });
  stream.on('end', end);
  stream.on('close', end);
  stream.on('error', (error) => {
    failure = error;
    end();
  });

  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (waiting.length > 0) {
          yield waiting.shift();
        }
        if (failure !== undefined) {
          throw failure;
        }
        if (ended) {
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function parseOrUndefined(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
