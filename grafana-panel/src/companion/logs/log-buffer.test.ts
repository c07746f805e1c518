import { describe, expect, it } from 'vitest';
import { LogBuffer } from './log-buffer';

describe('LogBuffer', () => {
  it('keeps the last lines, each with its number', () => {
    const buffer = new LogBuffer(4);
    for (let number = 0; number < 11; number += 1) {
      buffer.push({ time: '', stream: 'stdout', line: `line ${number}` });
    }
    expect(buffer.lines.map(({ number, line }) => `${number}: ${line}`)).toEqual([
      '7: line 7',
      '8: line 8',
      '9: line 9',
      '10: line 10',
    ]);
    expect(buffer.dropped).toBe(7);
  });
});
