import type { DataFrame } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { label, sample } from '../graph/vector';
import { numberColumn, textColumn } from './columns';
import { vectorOfFrames } from './vector-frames';

const TIME = { ...numberColumn('Time', [1000]), type: 'time' } as unknown as DataFrame['fields'][number];

describe('vectorOfFrames', () => {
  it('reads a table', () => {
    const table: DataFrame = {
      length: 2,
      fields: [TIME, textColumn('host', ['a', 'b']), numberColumn('Value #hostCpus', [4, 8])],
    };
    expect(rowsOf([table])).toEqual([
      { host: 'a', value: 4 },
      { host: 'b', value: 8 },
    ]);
  });

  it('reads a frame a series, and takes the last sample', () => {
    const series = (host: string, values: number[]): DataFrame => ({
      length: values.length,
      fields: [TIME, { ...numberColumn('Value', values), labels: { host } }],
    });
    expect(rowsOf([series('a', [1, 2]), series('b', [3])])).toEqual([
      { host: 'a', value: 2 },
      { host: 'b', value: 3 },
    ]);
  });

  it('reads a single series', () => {
    const series: DataFrame = {
      length: 1,
      fields: [TIME, { ...numberColumn('Value', [5]), labels: { host: 'a' } }],
    };
    expect(rowsOf([series])).toEqual([{ host: 'a', value: 5 }]);
  });

  it.each<[string, DataFrame[]]>([
    ['no frame', []],
    ['a frame without fields', [{ length: 0, fields: [] }]],
    ['a table without rows', [{ length: 0, fields: [TIME, numberColumn('Value', [])] }]],
  ])('finds no rows in %s', (_, frames) => {
    expect(vectorOfFrames(frames).size).toBe(0);
  });
});

function rowsOf(frames: DataFrame[]): unknown[] {
  const vector = vectorOfFrames(frames);
  return Array.from({ length: vector.size }, (_, row) => ({
    host: label(vector, 'host')(row),
    value: sample(vector, row),
  }));
}
