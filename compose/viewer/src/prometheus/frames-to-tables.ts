import { FieldType, type DataFrame, type Field } from '@grafana/data';

/**
 * Joins the frames of each table query, one a series, into one table: `Time`, a field for each label, and `Value`, or
 * `Value #A` where several queries answer at once. That is the form in which Grafana's data source gives tables.
 */
export function framesToTables(frames: DataFrame[], isTable: (refId: string) => boolean): DataFrame[] {
  const tables = new Map<string, DataFrame[]>();
  const others: DataFrame[] = [];
  for (const frame of frames) {
    const refId = frame.refId ?? '';
    if (!isTable(refId)) {
      others.push(frame);
    } else if (tables.has(refId)) {
      tables.get(refId)?.push(frame);
    } else {
      tables.set(refId, [frame]);
    }
  }
  const [only] = tables.values();
  if (tables.size === 1 && only?.length === 1 && only[0]?.length === 0) {
    return frames;
  }
  const valueName = (refId: string) => (tables.size > 1 ? `Value #${refId}` : 'Value');
  return [...others, ...[...tables].map(([refId, series]) => joinSeries(refId, series, valueName(refId)))];
}

function joinSeries(refId: string, series: readonly DataFrame[], valueName: string): DataFrame {
  const labelNames = new Set(series.flatMap((frame) => Object.keys(frame.fields[1]?.labels ?? {}).sort()));
  const time: number[] = [];
  const values: number[] = [];
  const labels = new Map([...labelNames].map((name) => [name, [] as string[]]));
  for (const { fields } of series) {
    const [timeField, valueField] = fields;
    for (let row = 0; row < (timeField?.values.length ?? 0); row++) {
      time.push(timeField?.values[row] as number);
      values.push(valueField?.values[row] as number);
      for (const [name, column] of labels) {
        column.push(valueField?.labels?.[name] ?? '');
      }
    }
  }
  const labelFields = [...labels].map(([name, column]): Field => ({
    name,
    type: FieldType.string,
    config: { filterable: true },
    values: column,
  }));
  return {
    refId,
    length: time.length,
    meta: { ...series[0]?.meta, preferredVisualisationType: 'rawPrometheus' },
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: time },
      ...labelFields,
      { name: valueName, type: FieldType.number, config: {}, values },
    ],
  };
}
