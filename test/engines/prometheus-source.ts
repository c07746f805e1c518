import type { DataFrame, DataQueryResponse } from '@grafana/data';
import { answerDataQuery, dataQueryRequest } from '../../compose/local/src/viewer/data-query.js';
import type { PrometheusSource } from '../../grafana-datasource/src/prometheus/ask.js';

/** A Prometheus as plugins see one: behind the viewer's POST /api/ds/query, in frames. */
export function prometheusSource(url: string): PrometheusSource {
  return {
    name: 'Prometheus',
    async query({ targets, range, intervalMs, maxDataPoints }): Promise<DataQueryResponse> {
      const queries = targets.map((target) => ({
        ...target,
        intervalMs,
        maxDataPoints,
        datasource: { uid: 'prometheus' },
      }));
      const body = { queries, from: range.from.valueOf(), to: range.to.valueOf() };
      const { results } = await answerDataQuery(url, dataQueryRequest.parse(body));
      const answers = Object.entries(results);
      const errors = answers.flatMap(([refId, result]) =>
        'error' in result ? [{ refId, message: result.error }] : [],
      );
      return {
        data: answers.flatMap(([refId, { frames }]) =>
          frames.map(({ schema, data: { values } }) => ({
            ...schema,
            refId,
            length: values[0]?.length ?? 0,
            fields: schema.fields.map((field, index) => ({
              config: {},
              ...field,
              values: values[index] ?? [],
            })),
          })),
        ) as unknown as DataFrame[],
        ...(errors.length === 0 ? {} : { errors }),
      };
    },
  };
}
