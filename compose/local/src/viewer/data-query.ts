import { z } from 'zod';
import { askPrometheus, PrometheusError } from '../prometheus/prometheus-api.js';
import { framesOf, type DataFrameJson } from './data-frames.js';
import { alignedRange, interpolateIntervals, stepOf } from './query-step.js';

const prometheusQuery = z.object({
  refId: z.string().default('A'),
  datasource: z.object({ uid: z.string() }),
  expr: z.string(),
  instant: z.boolean().optional(),
  range: z.boolean().optional(),
  interval: z.string().optional(),
  intervalMs: z.number().positive().default(1_000),
  maxDataPoints: z.number().positive().default(1_000),
});
/** The body of POST /api/ds/query, as far as the viewer's one real data source needs it. */
export const dataQueryRequest = z.object({
  queries: z.array(prometheusQuery),
  from: z.coerce.number(),
  to: z.coerce.number(),
});
type PrometheusQuery = z.infer<typeof prometheusQuery>;

/** One query's part of the answer: frames, or an error in words. */
export type QueryResult =
  | { readonly status: 200; readonly frames: readonly DataFrameJson[] }
  | {
      readonly status: number;
      readonly error: string;
      readonly errorSource: 'downstream';
      readonly frames: [];
    };

export interface DataQueryAnswer {
  readonly results: Readonly<Record<string, QueryResult>>;
}

/** Answers as Grafana's server does: every query by its refId, the failed ones beside those that worked. */
export async function answerDataQuery(
  prometheusUrl: string,
  { queries, from, to }: z.infer<typeof dataQueryRequest>,
): Promise<DataQueryAnswer> {
  const results = await Promise.all(
    queries.map(async (query) => [query.refId, await answerOne(prometheusUrl, query, from, to)] as const),
  );
  return { results: Object.fromEntries(results) };
}

async function answerOne(
  url: string,
  query: PrometheusQuery,
  from: number,
  to: number,
): Promise<QueryResult> {
  try {
    const instant = query.instant ?? false;
    const range = query.range ?? !instant;
    const frames = await Promise.all([
      ...(range ? [askRange(url, query, from, to)] : []),
      ...(instant ? [askInstant(url, query, from, to)] : []),
    ]);
    return { status: 200, frames: frames.flat() };
  } catch (error) {
    if (error instanceof PrometheusError) {
      return { status: error.status, error: error.message, errorSource: 'downstream', frames: [] };
    }
    throw error;
  }
}

async function askInstant(
  url: string,
  query: PrometheusQuery,
  from: number,
  to: number,
): Promise<DataFrameJson[]> {
  const expr = interpolateIntervals(query.expr, stepOf(query, to - from), to - from);
  const answer = await askPrometheus(url, 'query', { query: expr, time: String(to / 1000) });
  return framesOf(query.refId, answer, `Expr: ${expr}\nStep: 0s`);
}

async function askRange(
  url: string,
  query: PrometheusQuery,
  from: number,
  to: number,
): Promise<DataFrameJson[]> {
  const stepMs = stepOf(query, to - from);
  const expr = interpolateIntervals(query.expr, stepMs, to - from);
  const { start, end } = alignedRange(from, to, stepMs);
  const answer = await askPrometheus(url, 'query_range', {
    query: expr,
    start: String(start / 1000),
    end: String(end / 1000),
    step: String(stepMs / 1000),
  });
  return framesOf(query.refId, answer, `Expr: ${expr}\nStep: ${stepMs / 1000}s`, stepMs);
}
