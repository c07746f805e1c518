import { EDGE_TEXT } from '../naming.js';
import { WORKLOAD_EDGE } from '../recordings/keys.js';
import { workloadEdgeOpen } from '../recordings/workload-edges.js';
import type { Alert } from '../rule.js';

const open = workloadEdgeOpen.record;
const edge = WORKLOAD_EDGE.join(', ');

/** Everything is new on the first day, so a cluster's edges count only once it has a day of history. */
export const edgeNew: Alert = {
  name: 'ToposcopeEdgeNew',
  severity: 'info',
  for: '5m',
  expr: `${open}
unless on (${edge}) last_over_time(${open}[1w] offset 1h)
and on (cluster) group by (cluster) (${open} offset 1d)`,
  summary: `Never seen before: ${EDGE_TEXT}`,
  description:
    '{{ $labels.client_workload }} has begun to talk to {{ $labels.server_workload }} on {{ $labels.protocol }} port {{ $labels.port }}, which it did not within the last week. A release explains it, or somebody is where they should not be.',
};
