import { describe, expect, it } from 'vitest';
import { LogBuffer } from './log-buffer';

function filled(lines: readonly string[], room: { lines: number; characters: number }): LogBuffer {
  const buffer = new LogBuffer(room);
  for (const line of lines) {
    buffer.push({ time: '', stream: 'stdout', line });
  }
  return buffer;
}

const numbered = (count: number) => Array.from({ length: count }, (_, number) => `line ${number}`);

describe('LogBuffer', () => {
  it('keeps the last lines, each with its number', () => {
    const buffer = filled(numbered(11), { lines: 4, characters: 1_000 });
    expect(buffer.lines.map(({ number, line }) => `${number}: ${line}`)).toEqual([
      '7: line 7',
      '8: line 8',
      '9: line 9',
      '10: line 10',
    ]);
    expect(buffer.dropped).toBe(7);
  });

  it('keeps fewer lines where they are long', () => {
    const buffer = filled(
      numbered(100).map((line) => line.padEnd(100, '.')),
      { lines: 50, characters: 1_000 },
    );
    expect(buffer.lines.map(({ number }) => number)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    expect(buffer.dropped).toBe(90);
  });

  it('keeps the newest line, however long it is', () => {
    const buffer = filled(['short', 'x'.repeat(5_000)], { lines: 50, characters: 1_000 });
    expect(buffer.lines.map(({ line }) => line.length)).toEqual([5_000]);
  });
});
