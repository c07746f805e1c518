import { dataFrameFromJSON, type DataFrameJSON } from '@grafana/data';
import { describe, expect, it, vi } from 'vitest';
import type { PrometheusAnswer } from '../prometheus/prometheus-api.js';
import { framesOf } from './data-frames.js';

// @grafana/data looks at window while it is being loaded.
vi.hoisted(() => Object.assign(globalThis, { window: globalThis }));

/** Read by Grafana's own decoder: what it sees is what counts. */
function decoded(data: PrometheusAnswer['data'], stepMs?: number, warnings: string[] = []) {
  return framesOf('A', { data, warnings }, 'Expr: x', stepMs).map((frame) =>
    dataFrameFromJSON(frame as unknown as DataFrameJSON),
  );
}

describe('framesOf', () => {
  it('makes one frame of each series of a vector, its labels on the value', () => {
    const frames = decoded({
      resultType: 'vector',
      result: [
        { metric: { host: 'a' }, value: [1_700_000_000.123, '1.5'] },
        { metric: { host: 'b' }, value: [1_700_000_000.123, '2'] },
      ],
    });
    expect(frames.map(({ refId, length }) => ({ refId, length }))).toEqual([
      { refId: 'A', length: 1 },
      { refId: 'A', length: 1 },
    ]);
    expect(frames[0]?.fields[0]?.values).toEqual([1_700_000_000_123]);
    expect(frames[1]?.fields[1]).toMatchObject({ name: 'Value', labels: { host: 'b' }, values: [2] });
  });

  it('keeps what JSON has no number for', () => {
    const [frame] = decoded(
      {
        resultType: 'matrix',
        result: [
          {
            metric: {},
            values: [
              [1, 'NaN'],
              [2, '+Inf'],
              [3, '-Inf'],
              [4, '0'],
            ],
          },
        ],
      },
      1_000,
    );
    expect(frame?.fields[1]?.values).toEqual([NaN, Infinity, -Infinity, 0]);
    expect(frame?.fields[0]?.config.interval).toBe(1_000);
  });

  it('gives a frame without fields where there is no series', () => {
    const [frame] = decoded({ resultType: 'vector', result: [] });
    expect(frame).toMatchObject({ refId: 'A', length: 0, fields: [] });
  });

  it.each([
    ['a scalar', { resultType: 'scalar', result: [1, '3'] }, [3]],
    ['a string', { resultType: 'string', result: [1, 'words'] }, ['words']],
  ] as const)('gives %s as one row', (_case, data, values) => {
    const [frame] = decoded(data as unknown as PrometheusAnswer['data']);
    expect(frame?.fields[1]?.values).toEqual(values);
  });

  it("passes Prometheus' warnings on", () => {
    const [frame] = decoded({ resultType: 'vector', result: [] }, undefined, ['some store is away']);
    expect(frame?.meta?.notices).toEqual([{ severity: 'warning', text: 'some store is away' }]);
  });
});
