import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recording } from './recording.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'recording-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a recording', () => {
  it('is asciicast v2, with characters whole that came in two parts', async () => {
    let now = 1_700_000_000_000;
    const recording = await Recording.create(
      directory,
      'a-1',
      { columns: 80, rows: 24 },
      'exec sh',
      () => now,
    );
    const euro = Buffer.from('€');
    now += 500;
    await recording.output(euro.subarray(0, 1));
    now += 500;
    await recording.output(Buffer.concat([euro.subarray(1), Buffer.from('\u001b[31mred\r\n')]));
    now += 1000;
    await recording.resized({ columns: 100, rows: 30 });
    await recording.close();

    const lines = (await readFile(join(directory, 'a-1.cast'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { version: 2, width: 80, height: 24, timestamp: 1_700_000_000, title: 'exec sh' },
      [1, 'o', '€\u001b[31mred\r\n'],
      [2, 'r', '100x30'],
    ]);
  });

  it('cannot be created where there is no directory, and then there is no terminal', async () => {
    await expect(
      Recording.create(join(directory, 'missing'), 'a-1', { columns: 80, rows: 24 }, 'exec sh'),
    ).rejects.toThrow('ENOENT');
  });
});
