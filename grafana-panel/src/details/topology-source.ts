import { FieldType, type DataFrame, type DataQueryRequest } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { from, lastValueFrom } from 'rxjs';
import { topologyFromFrames } from 'toposcope-topology-datasource/frames/topology-frames';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import type { RangeSpec, TopologyQuerySpec, TopologySpec } from 'toposcope-topology-datasource/query';

export interface Sample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: number | null;
}

/** What the cards ask for beyond the picture's own data. */
export interface TopologySource {
  /** Series over the dashboard's time range, by their keys; a key without data is left out. */
  series(wanted: RangeSpec['series'], signal: AbortSignal): Promise<ReadonlyMap<string, readonly Sample[]>>;
  /** The panel's own query with these changes: another view, another moment, another filter. */
  topology(changes: Partial<TopologySpec>, signal: AbortSignal): Promise<Topology>;
  /** Every namespace, project and stack that there is within the time range's end, sorted. */
  namespaces(signal: AbortSignal): Promise<readonly string[]>;
  /** What the panel's own query asks. */
  readonly asked: Partial<TopologySpec>;
}

/** Asks the data source that answered the panel's own query, with its range and variables. */
export function sourceOfPanel(request: DataQueryRequest): TopologySource {
  const [own] = request.targets;
  const asked = (own ?? {}) as Partial<TopologySpec>;
  const ask = async (spec: TopologyQuerySpec, signal: AbortSignal): Promise<DataFrame[]> => {
    const reference = own?.datasource;
    const source = await getDataSourceSrv().get(reference);
    signal.throwIfAborted();
    const target = { ...spec, refId: 'details', datasource: reference };
    // A request id that is in use would cancel the picture's own query.
    const requestId = `toposcope-details-${++requests}`;
    const answer = source.query({ ...request, requestId, targets: [target] });
    const response = await lastValueFrom(from(answer));
    signal.throwIfAborted();
    const failure = response.errors?.[0];
    if (failure) {
      throw new Error(failure.message ?? 'The data source answered with an error that says nothing.');
    }
    return response.data as DataFrame[];
  };
  return {
    asked,
    async namespaces(signal) {
      const source: unknown = await getDataSourceSrv().get(own?.datasource);
      signal.throwIfAborted();
      const values = hasVariableValues(source) ? await source.variableValues('namespace', request) : [];
      signal.throwIfAborted();
      return values.map(({ text }) => text).filter((text) => text !== '');
    },
    async series(wanted, signal) {
      return seriesByKey(await ask({ queryType: 'range', series: wanted }, signal));
    },
    async topology(changes, signal) {
      const spec: TopologySpec = { ...asked, queryType: 'topology', view: asked.view ?? '', ...changes };
      const topology = topologyFromFrames(await ask(spec, signal));
      if (!topology) {
        throw new Error('The data source answered without a topology.');
      }
      return topology;
    },
  };
}

interface VariableValues {
  variableValues(kind: 'namespace', request: DataQueryRequest): Promise<readonly { readonly text: string }[]>;
}

/** What our data source has besides what Grafana asks of each. */
function hasVariableValues(source: unknown): source is VariableValues {
  return typeof source === 'object' && source !== null && 'variableValues' in source;
}

/** Makes request ids unique on the page. */
let requests = 0;

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
