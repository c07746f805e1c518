import type { PrometheusAnswer, PrometheusSample } from '../prometheus/prometheus-api.js';

/** A data frame in the JSON of Grafana's server (`@grafana/data`, DataFrameJSON). */
export interface DataFrameJson {
  readonly schema: {
    readonly refId: string;
    readonly meta: Readonly<Record<string, unknown>>;
    readonly fields: readonly FieldJson[];
  };
  readonly data: {
    readonly values: readonly (readonly (number | string | null)[])[];
    /** Where a column holds what JSON cannot: the values there are null. */
    readonly entities?: readonly (NumberEntities | null)[];
  };
}

interface FieldJson {
  readonly name: string;
  readonly type: 'time' | 'number' | 'string';
  readonly typeInfo: { readonly frame: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

interface NumberEntities {
  NaN?: number[];
  Inf?: number[];
  NegInf?: number[];
}

/**
 * The frames that Grafana's server makes of one answer: one for each series, `Time` and `Value`, the labels on the
 * value; one without fields where there is no series.
 *
 * @param stepMs of a range query; absent for an instant one
 */
export function framesOf(
  refId: string,
  { data, warnings }: PrometheusAnswer,
  executedQueryString: string,
  stepMs?: number,
): DataFrameJson[] {
  const meta = {
    type: data.resultType === 'matrix' ? 'timeseries-multi' : 'numeric-multi',
    typeVersion: [0, 1],
    custom: { resultType: data.resultType },
    executedQueryString,
    ...(warnings.length === 0 ? {} : { notices: warnings.map((text) => ({ severity: 'warning', text })) }),
  };
  switch (data.resultType) {
    case 'vector':
      return orEmpty(
        data.result.map(({ metric, value }) => seriesFrame(refId, meta, metric, [value])),
        refId,
        meta,
      );
    case 'matrix':
      return orEmpty(
        data.result.map(({ metric, values }) => seriesFrame(refId, meta, metric, values, stepMs)),
        refId,
        meta,
      );
    case 'scalar':
      return [seriesFrame(refId, meta, {}, [data.result])];
    case 'string':
      return [stringFrame(refId, meta, data.result)];
  }
}

function orEmpty(frames: DataFrameJson[], refId: string, meta: Record<string, unknown>): DataFrameJson[] {
  return frames.length > 0 ? frames : [{ schema: { refId, meta, fields: [] }, data: { values: [] } }];
}

function seriesFrame(
  refId: string,
  meta: Record<string, unknown>,
  labels: Record<string, string>,
  samples: readonly PrometheusSample[],
  stepMs?: number,
): DataFrameJson {
  const { values, entities } = numberColumn(samples.map(([, text]) => text));
  return {
    schema: {
      refId,
      meta,
      fields: [
        timeField(stepMs),
        { name: 'Value', type: 'number', typeInfo: { frame: 'float64' }, labels, config: {} },
      ],
    },
    data: {
      values: [samples.map(([seconds]) => Math.round(seconds * 1000)), values],
      ...(entities ? { entities: [null, entities] } : {}),
    },
  };
}

function stringFrame(
  refId: string,
  meta: Record<string, unknown>,
  [seconds, text]: PrometheusSample,
): DataFrameJson {
  return {
    schema: {
      refId,
      meta,
      fields: [timeField(), { name: 'Value', type: 'string', typeInfo: { frame: 'string' }, labels: {} }],
    },
    data: { values: [[Math.round(seconds * 1000)], [text]] },
  };
}

function timeField(stepMs?: number): FieldJson {
  return {
    name: 'Time',
    type: 'time',
    typeInfo: { frame: 'time.Time' },
    ...(stepMs === undefined ? {} : { config: { interval: stepMs } }),
  };
}

function numberColumn(texts: readonly string[]): { values: (number | null)[]; entities?: NumberEntities } {
  const entities: NumberEntities = {};
  const values = texts.map((text, row) => {
    const kind = ENTITY_OF[text];
    if (kind === undefined) {
      return Number(text);
    }
    (entities[kind] ??= []).push(row);
    return null;
  });
  return Object.keys(entities).length === 0 ? { values } : { values, entities };
}

const ENTITY_OF: Readonly<Record<string, keyof NumberEntities>> = {
  NaN: 'NaN',
  '+Inf': 'Inf',
  Inf: 'Inf',
  '-Inf': 'NegInf',
};
