import type { DataFrame, Field } from '@grafana/data';
import { EMPTY_VECTOR, type Vector } from '../graph/vector';
import { NUMBER, TEXT } from './columns';

/**
 * The frames that a Prometheus data source answered one instant query with: a table (a column a label), or a frame a
 * series (labels on its number field), as older and other implementations give it.
 */
export function vectorOfFrames(frames: readonly DataFrame[]): Vector {
  const [table] = frames;
  if (table === undefined) {
    return EMPTY_VECTOR;
  }
  const number = valueField(table);
  return frames.length === 1 && number?.labels === undefined ? vectorOfTable(table) : vectorOfSeries(frames);
}

function vectorOfTable(frame: DataFrame): Vector {
  const labels = frame.fields.filter(({ type }) => type === TEXT);
  return {
    size: frame.length,
    values: (valueField(frame)?.values ?? []) as ArrayLike<number | null>,
    labels: new Map(labels.map(({ name, values }) => [name, values as ArrayLike<string>])),
  };
}

function vectorOfSeries(frames: readonly DataFrame[]): Vector {
  const series = frames.flatMap((frame) => {
    const field = valueField(frame);
    return field === undefined || frame.length === 0 ? [] : [{ field, last: frame.length - 1 }];
  });
  const names = new Set(series.flatMap(({ field }) => Object.keys(field.labels ?? {})));
  return {
    size: series.length,
    values: series.map(({ field, last }) => field.values[last] as number | null),
    labels: new Map([...names].map((name) => [name, series.map(({ field }) => field.labels?.[name] ?? '')])),
  };
}

function valueField(frame: DataFrame): Field | undefined {
  return frame.fields.find(({ type }) => type === NUMBER);
}
