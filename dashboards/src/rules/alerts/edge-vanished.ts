import { EDGE_TEXT } from '../naming.js';
import { containerState } from '@toposcope/exporter/contract/container-families.js';
import { is, select } from '../../promql/select.js';
import { containerWorkload } from '../recordings/container-workload.js';
import { CLIENT_WORKLOAD, CONTAINER, WORKLOAD_EDGE } from '../recordings/keys.js';
import { workloadEdgeOpen } from '../recordings/workload-edges.js';
import type { Alert } from '../rule.js';

const open = workloadEdgeOpen.record;
const seen = `count_over_time(${open}[1d] offset 30m)`;
const client = ['cluster', ...CLIENT_WORKLOAD].join(', ');
const running = `${containerWorkload.record} and on (${CONTAINER.join(', ')}) ${select(containerState, { state: is('running') })}`;

/**
 * Steady means: there in 90% of yesterday's evaluations, counted by the edge that was there most, so that the interval
 * of evaluation does not matter. A client that is gone itself, or whose exporter is down, takes its edges with it: that
 * is not this alert's news.
 */
export const edgeVanished: Alert = {
  name: 'ToposcopeEdgeVanished',
  severity: 'warning',
  for: '15m',
  expr: `(${seen} >= on (cluster) group_left () 0.9 * max by (cluster) (${seen}))
unless on (${WORKLOAD_EDGE.join(', ')}) ${open}
and on (${client}) (group by (${client}) (${open}) or group by (${client}) (${running}))`,
  summary: `No longer seen: ${EDGE_TEXT}`,
  description:
    '{{ $labels.client_workload }} talked to {{ $labels.server_workload }} on {{ $labels.protocol }} port {{ $labels.port }} all day, and has stopped. The client still runs. It may have lost its configuration, its name resolution or its work.',
};
