import { FieldType, type DataFrame, type DataQueryRequest } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { from, lastValueFrom } from 'rxjs';
import type { RangeSpec } from 'toposcope-topology-datasource/query';

export interface Sample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: number | null;
}

/** What the cards ask for beyond the picture's own data. */
export interface TopologySource {
  /** Series over the dashboard's time range, by their keys; a key without data is left out. */
  series(wanted: RangeSpec['series'], signal: AbortSignal): Promise<ReadonlyMap<string, readonly Sample[]>>;
}

/** Asks the data source that answered the panel's own query, with its range and variables. */
export function sourceOfPanel(request: DataQueryRequest): TopologySource {
  return {
    async series(wanted, signal) {
      const reference = request.targets[0]?.datasource;
      const source = await getDataSourceSrv().get(reference);
      signal.throwIfAborted();
      const spec: RangeSpec = { queryType: 'range', series: wanted };
      const target = { ...spec, refId: 'details', datasource: reference };
      // A request id that is in use would cancel the picture's own query.
      const requestId = `toposcope-details-${Date.now()}-${wanted.map(({ key }) => key).join()}`;
      const answer = source.query({ ...request, requestId, targets: [target] });
      const response = await lastValueFrom(from(answer));
      signal.throwIfAborted();
      const failure = response.errors?.[0];
      if (failure) {
        throw new Error(failure.message ?? 'The data source answered with an error that says nothing.');
      }
      return seriesByKey(response.data as DataFrame[]);
    },
  };
}

export function seriesByKey(frames: readonly DataFrame[]): Map<string, Sample[]> {
  const series = new Map<string, Sample[]>();
  for (const frame of frames) {
    const times = frame.fields.find((field) => field.type === FieldType.time)?.values as number[] | undefined;
    const values = frame.fields.find((field) => field.type === FieldType.number)?.values as
      (number | null)[] | undefined;
    if (frame.name !== undefined && times && values && !series.has(frame.name)) {
      series.set(
        frame.name,
        times.map((time, index) => ({ time, value: values[index] ?? null })),
      );
    }
  }
  return series;
}
