import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from './json-lines.js';

async function collect(lines: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of lines) {
    values.push(value);
  }
  return values;
}

describe('readJsonLines', () => {
  it('yields each line, also when a line or a character comes in two pieces', async () => {
    const stream = new PassThrough();
    const lines = readJsonLines(stream);
    const bytes = Buffer.from('{"a":"ü"}\n{"b":2}\n');
    stream.write(bytes.subarray(0, 7));
    stream.write(bytes.subarray(7, 12));
    stream.end(bytes.subarray(12));
    expect(await collect(lines)).toEqual([{ a: 'ü' }, { b: 2 }]);
  });

  it('keeps what came before anybody asked', async () => {
    const stream = new PassThrough();
    const lines = readJsonLines(stream);
    stream.end('1\n2\n');
    await new Promise((resolve) => stream.once('close', resolve));
    expect(await collect(lines)).toEqual([1, 2]);
  });

  it('skips lines that are no JSON', async () => {
    const stream = new PassThrough();
    const lines = readJsonLines(stream);
    stream.end('no\n\n3\nunfinished');
    expect(await collect(lines)).toEqual([3]);
  });

  it('throws the stream’s error after what came before it', async () => {
    const stream = new PassThrough();
    const lines = readJsonLines(stream)[Symbol.asyncIterator]();
    stream.write('1\n');
    expect((await lines.next()).value).toBe(1);
    const next = lines.next();
    stream.destroy(new Error('aborted'));
    await expect(next).rejects.toThrow('aborted');
  });

  it('gives up on a line without an end', async () => {
    const stream = new PassThrough();
    const lines = readJsonLines(stream);
    stream.write('x'.repeat(1024 * 1024 + 1));
    await expect(collect(lines)).rejects.toThrow(/longer than/);
  });
});
