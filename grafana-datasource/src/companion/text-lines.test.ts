import { describe, expect, it } from 'vitest';
import { textLines } from './text-lines';

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) {
        controller.enqueue(chunk);
      }
      controller.close();
    },
  });
}

async function read(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk));
  const lines: string[] = [];
  for await (const line of textLines(streamOf(bytes))) {
    lines.push(line);
  }
  return lines;
}

describe('textLines', () => {
  it.each([
    ['a line cut between chunks', ['one\ntw', 'o\n'], ['one', 'two']],
    ['a last line without its line feed', ['one\ntwo'], ['one', 'two']],
    ['an empty line', ['one\n\ntwo\n'], ['one', '', 'two']],
    ['nothing', [], []],
  ])('reads %s', async (_, chunks, lines) => {
    expect(await read(...chunks)).toEqual(lines);
  });

  it('reads a character cut between chunks', async () => {
    const bytes = new TextEncoder().encode('über\n');
    expect(await read(bytes.slice(0, 1), bytes.slice(1))).toEqual(['über']);
  });

  it('ends the stream of a reader who leaves', async () => {
    let ended = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('one\ntwo\n')),
      cancel: () => {
        ended = true;
      },
    });
    for await (const line of textLines(stream)) {
      expect(line).toBe('one');
      break;
    }
    expect(ended).toBe(true);
  });
});
