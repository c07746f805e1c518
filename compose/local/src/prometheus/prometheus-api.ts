import { z } from 'zod';

const sample = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());
const result = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: sample })) }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: labels, values: z.array(sample) })),
  }),
  z.object({ resultType: z.literal('scalar'), result: sample }),
  z.object({ resultType: z.literal('string'), result: sample }),
]);
const answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: result, warnings: z.array(z.string()).optional() }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

/** Seconds since the epoch, and the value as Prometheus writes it: `NaN` and `+Inf` are words. */
export type PrometheusSample = z.infer<typeof sample>;
export type PrometheusResult = z.infer<typeof result>;
export interface PrometheusAnswer {
  readonly data: PrometheusResult;
  readonly warnings: readonly string[];
}

/** Prometheus refused, or did not answer. The message is in Grafana's form, `bad_data: …`. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
  constructor(
    message: string,
    /** The HTTP status; 502 when there was no answer. */
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Prometheus itself gives a query up after two minutes; nobody looks at a picture for so long. */
const TIMEOUT_MS = 30_000;

/** `query` or `query_range` of Prometheus' HTTP API; throws a PrometheusError. */
export async function askPrometheus(
  url: string,
  endpoint: 'query' | 'query_range',
  parameters: Record<string, string>,
  timeoutMs = TIMEOUT_MS,
): Promise<PrometheusAnswer> {
  const { status, body } = await post(`${url}/api/v1/${endpoint}`, parameters, timeoutMs);
  if (status === 401 || status === 403) {
    throw new PrometheusError(
      `${url} answered ${status}: it wants a password or a token, and can only be asked without one here`,
      status,
    );
  }
  const parsed = answer.safeParse(body);
  if (!parsed.success) {
    throw new PrometheusError(`${url} answered ${status} and no answer of Prometheus' API: is it one?`, 502);
  }
  if (parsed.data.status === 'error') {
    throw new PrometheusError(`${parsed.data.errorType}: ${parsed.data.error}`, status);
  }
  return { data: parsed.data.data, warnings: parsed.data.warnings ?? [] };
}

async function post(
  url: string,
  parameters: Record<string, string>,
  timeoutMs: number,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: parseJson(text) };
  } catch (error) {
    const reason =
      (error as Error).name === 'TimeoutError'
        ? `nothing came within ${timeoutMs / 1000} s`
        : ((error as { cause?: Error }).cause?.message ?? (error as Error).message);
    throw new PrometheusError(`Prometheus does not answer at ${url}: ${reason}`, 502, { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
