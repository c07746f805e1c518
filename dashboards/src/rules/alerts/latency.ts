import { EDGE_TEXT } from '../naming.js';
import { workloadEdgeRtt } from '../recordings/workload-edges.js';
import type { Alert } from '../rule.js';

const now = `avg_over_time(${workloadEdgeRtt.record}[30m])`;
const lastWeek = `avg_over_time(${workloadEdgeRtt.record}[30m] offset 1w)`;

/** The same hour of the same weekday is the fairest comparison; five milliseconds more is the least that matters. */
export const latency: Alert = {
  name: 'ToposcopeLatency',
  severity: 'warning',
  for: '15m',
  expr: `${now} > 2 * ${lastWeek} and ${now} - ${lastWeek} > 0.005`,
  summary: `Slower than last week: ${EDGE_TEXT}`,
  description:
    'The round-trip time from {{ $labels.client_workload }} to {{ $labels.server_workload }} is {{ $value | humanizeDuration }}, more than twice what it was at this time last week. This is the network’s and the kernel’s time, not the application’s.',
};
