import { EDGE_TEXT } from '../naming.js';
import { workloadEdgeFailed, workloadEdgeOpened } from '../recordings/workload-edges.js';
import type { Alert } from '../rule.js';

const failed = workloadEdgeFailed.record;

/** Five failures in five minutes at least: one refused health check a minute while something starts is no news. */
export const connectFailures: Alert = {
  name: 'ToposcopeConnectFailures',
  severity: 'warning',
  for: '10m',
  expr: `${failed} / (${failed} + ${workloadEdgeOpened.record}) > 0.1 and ${failed} * 300 >= 5`,
  summary: `Connections fail: ${EDGE_TEXT}`,
  description:
    '{{ $value | humanizePercentage }} of the attempts by {{ $labels.client_workload }} to connect to {{ $labels.server_workload }} on {{ $labels.protocol }} port {{ $labels.port }} were never established. The server is down, full or unreachable, or something between drops or refuses.',
};
