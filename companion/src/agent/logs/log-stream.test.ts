import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../protocol/actions/logs.js';
import { lineFilter } from './line-filter.js';
import { formatLog, type LogFormat } from './log-stream.js';

const T1 = '2026-01-02T03:04:05.000000001Z';
const T2 = '2026-01-02T03:04:06.000000002Z';

/** A frame as the engine's reference describes it. */
function frame(stream: 1 | 2, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload as string);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

async function format(bytes: Buffer, over: Partial<LogFormat> = {}, chunk = bytes.length): Promise<string> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunk) {
    chunks.push(bytes.subarray(at, at + chunk));
  }
  const options: LogFormat = { tty: false, format: 'ndjson', filter: undefined, stream: undefined, ...over };
  return text(formatLog(Readable.from(chunks), options));
}

async function lines(bytes: Buffer, over: Partial<LogFormat> = {}, chunk?: number): Promise<LogLine[]> {
  const output = await format(bytes, over, chunk);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

const TWO = Buffer.concat([frame(1, `${T1} hello €\n`), frame(2, `${T2} oh no\n`)]);

describe('a multiplexed log', () => {
  it.each([1, 2, 7, 9, 1000])('becomes lines, read %i bytes at a time', async (chunk) => {
    expect(await lines(TWO, {}, chunk)).toEqual([
      { time: T1, stream: 'stdout', line: 'hello €' },
      { time: T2, stream: 'stderr', line: 'oh no' },
    ]);
  });

  it('becomes text', async () => {
    expect(await format(TWO, { format: 'text' })).toBe(`${T1} hello €\n${T2} oh no\n`);
  });

  it('gives one stream when only that is wanted', async () => {
    expect((await lines(TWO, { stream: 'stderr' })).map(({ line }) => line)).toEqual(['oh no']);
  });

  it('puts a line together that the runtime logged in messages of 16 KiB, other stream in between', async () => {
    const part = 'x'.repeat(16_384);
    const bytes = Buffer.concat([
      frame(1, `${T1} ${part}`),
      frame(2, `${T2} between\n`),
      frame(1, `${T2} ${part}`),
      frame(1, `${T2} end\n`),
    ]);
    expect(await lines(bytes)).toEqual([
      { time: T2, stream: 'stderr', line: 'between' },
      { time: T1, stream: 'stdout', line: `${part}${part}end` },
    ]);
  });

  it('cuts a line of 10 MB without a line break into parts that together are the line', async () => {
    const part = frame(1, `${T1} ${'y'.repeat(16_384)}`);
    const parsed = await lines(Buffer.concat(Array.from({ length: 640 }, () => part)));
    expect(parsed.reduce((sum, { line }) => sum + line.length, 0)).toBe(640 * 16_384);
    expect(Math.max(...parsed.map(({ line }) => line.length))).toBe(65_536);
    expect(parsed[0]).toMatchObject({ partial: true });
  });

  it('keeps an empty line', async () => {
    expect(await lines(frame(1, `${T1} \n`))).toEqual([{ time: T1, stream: 'stdout', line: '' }]);
  });

  it('survives bytes that are no UTF-8 and characters that JSON must escape', async () => {
    const bytes = frame(1, Buffer.concat([Buffer.from(`${T1} "\\\u0001`), Buffer.from([0xff, 0xfe, 0x0a])]));
    expect((await lines(bytes))[0]?.line).toBe('"\\\u0001\ufffd\ufffd');
  });

  it('that is none is an error and not a gigabyte of memory', async () => {
    await expect(format(Buffer.from('plain text, no frames at all'))).rejects.toThrow('not multiplexed');
  });
});

describe("a terminal's log", () => {
  const bytes = Buffer.from(`${T1} prompt$ ls\r\n${T2} \u001b[34mbin\u001b[0m\r\n`);

  it.each([1, 3, 31, 1000])('becomes lines, read %i bytes at a time', async (chunk) => {
    expect(await lines(bytes, { tty: true }, chunk)).toEqual([
      { time: T1, stream: 'stdout', line: 'prompt$ ls' },
      { time: T2, stream: 'stdout', line: '\u001b[34mbin\u001b[0m' },
    ]);
  });

  it.each([100, 16_384, 100_000])(
    'loses the stamps inside a long line, read %i bytes at a time',
    async (chunk) => {
      const part = 'z'.repeat(16_384);
      const long = Buffer.from(`${T1} ${part}${T2} ${part}${T2} end\r\n${T2} next\r\n`);
      expect(await lines(long, { tty: true }, chunk)).toEqual([
        { time: T1, stream: 'stdout', line: `${part}${part}end` },
        { time: T2, stream: 'stdout', line: 'next' },
      ]);
    },
  );
});

describe('a filter', () => {
  it.each([
    [{ grep: '€' }, ['hello €']],
    [{ regex: '^[a-z]+ .$' }, ['hello €']],
    [{ regex: '(?i)OH|HELLO' }, ['hello €', 'oh no']],
    [{ grep: 'o', regex: 'no$' }, ['oh no']],
    [{ grep: 'nothing' }, []],
  ])('%j', async ({ grep, regex }: { grep?: string; regex?: string }, expected) => {
    const filter = lineFilter(grep, regex);
    expect((await lines(TWO, { filter })).map(({ line }) => line)).toEqual(expected);
  });

  it.each(['(', '(?<=x)y', '(a)\\1', 'x{1001}', '((a{1,30}){1,30}){1,30}', '(\\pL{1,30}){1,30}'])(
    '%s is refused',
    (regex) => {
      expect(() => lineFilter(undefined, regex)).toThrow(
        expect.objectContaining({ code: 'bad-request' }) as Error,
      );
    },
  );
});
