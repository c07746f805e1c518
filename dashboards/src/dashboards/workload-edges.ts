import {
  workloadEdgeFailed,
  workloadEdgeOpen,
  workloadEdgeOpened,
  workloadEdgeRequestBytes,
  workloadEdgeResponseBytes,
  workloadEdgeRetransmits,
  workloadEdgeRtt,
} from '../rules/recordings/workload-edges.js';
import type { Recording } from '../rules/rule.js';
import type { Column } from './panels/table.js';
import { drillDown, field } from './places.js';

/** What stands where the recording rules' series are missing. */
export const NO_EDGES =
  'No edge of this selection. (Edges between workloads need the rule file recording.yaml.)';

/** The same where there is room for one number. */
export const NO_EDGE_TO_COUNT = 'None, or no recording.yaml';

export const EDGE_LEGEND = '{{client_workload}} → {{server_workload}}:{{port}}';

/** A recording's series for the edges that a condition selects. */
export function edges({ record }: Recording, conditions: string): string {
  return `${record}{cluster=~"$cluster", ${conditions}}`;
}

const workloadOf = (namespace: string, workload: string) => ({
  title: 'Workload',
  url: drillDown('workload', { namespace: field(namespace), workload: field(workload) }),
});

/** One row for each edge between workloads. */
export function edgeColumns(conditions: string): readonly Column[] {
  const of = (recording: Recording) => edges(recording, conditions);
  return [
    { title: 'Client', label: 'client_workload', link: workloadOf('Client namespace', 'Client') },
    { title: 'Server', label: 'server_workload', link: workloadOf('Server namespace', 'Server') },
    { title: 'Port', label: 'port', width: 70 },
    { title: 'Protocol', label: 'protocol', width: 80 },
    { title: 'Open', expr: of(workloadEdgeOpen), unit: 'short', width: 70 },
    { title: 'Opened', expr: of(workloadEdgeOpened), unit: 'cps', width: 90 },
    { title: 'Failed', expr: of(workloadEdgeFailed), unit: 'cps', width: 90 },
    { title: 'Requests', expr: of(workloadEdgeRequestBytes), unit: 'Bps', width: 110 },
    { title: 'Responses', expr: of(workloadEdgeResponseBytes), unit: 'Bps', width: 110 },
    { title: 'Round trip', expr: of(workloadEdgeRtt), unit: 's', width: 100 },
    { title: 'Sent again', expr: of(workloadEdgeRetransmits), unit: 'pps', width: 100 },
    { title: 'Client namespace', label: 'client_namespace' },
    { title: 'Server namespace', label: 'server_namespace' },
  ];
}
