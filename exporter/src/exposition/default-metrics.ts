import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { z } from 'zod';
import type { HostName } from '../contract/ids.js';
import { renderPairs } from '../contract/labels.js';
import type { FamilyBlock } from './family-block.js';
import { formatValue } from './text-format.js';

/** Gauges that bear a counter's suffix; promtool objects to them, and OpenMetrics forbids them. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

const OPEN_FILES = 'process_open_fds';
/**
 * The event loop is woken that often to see whether it is late, and shorter delays are not told: the usual 10 ms took a
 * four-hundredth of a processor.
 */
const LOOP_PRECISION_MS = 25;

/** What `Metric.get()` really answers; the library's types say less of it. */
const metricShape = z.object({
  name: z.string(),
  help: z.string(),
  type: z.enum(['counter', 'gauge', 'summary', 'histogram']),
  values: z.array(
    z.object({
      // Not z.number(): the event loop's delay is NaN until it was measured once.
      value: z.custom<number>((value) => typeof value === 'number'),
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      metricName: z.string().optional(),
    }),
  ),
});
type Metric = z.infer<typeof metricShape>;

/** prom-client's metrics of this process and its Node.js runtime, with our `host` label. */
export interface DefaultMetrics {
  collect(): Promise<FamilyBlock[]>;
}

/**
 * Counts our open descriptors by `countOpenFiles`, since prom-client lists them one by one, and we keep many.
 *
 * Takes prom-client's values and writes them ourselves: its registry writes one format at a time, and its text could
 * not share one OpenMetrics exposition with ours.
 */
export function createDefaultMetrics(
  host: HostName,
  countOpenFiles: () => number | undefined,
): DefaultMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  for (const name of [...MISNAMED, OPEN_FILES]) {
    registry.removeSingleMetric(name);
  }
  new Gauge({
    name: OPEN_FILES,
    help: 'Number of open file descriptors.',
    registers: [registry],
    collect() {
      this.set(countOpenFiles() ?? Number.NaN);
    },
  });
  return {
    async collect() {
      const metrics = await registry.getMetricsAsJSON();
      return metrics
        .map((metric) => toBlock(metricShape.parse(metric), host))
        .filter(({ samples }) => samples > 0);
    },
  };
}

function toBlock({ name, help, type, values }: Metric, host: HostName): FamilyBlock {
  let lines = '';
  for (const { metricName = name, labels, value } of values) {
    const pairs = Object.entries(labels).map(([label, text]) => [label, labelText(label, text)] as const);
    lines += `${metricName}{${renderPairs([['host', host], ...pairs])}} ${formatValue(value)}\n`;
  }
  return { heading: { name, type, help }, lines: [Buffer.from(lines)], samples: values.length };
}

/** OpenMetrics wants bounds of buckets as floats: `1.0`, not `1`. */
function labelText(label: string, text: string | number): string {
  return label === 'le' && Number.isInteger(Number(text)) ? `${text}.0` : String(text);
}
