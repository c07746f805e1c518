import {
  workloadEdgeFailed,
  workloadEdgeOpen,
  workloadEdgeOpened,
  workloadEdgeRequestBytes,
  workloadEdgeResponseBytes,
  workloadEdgeRetransmits,
  workloadEdgeRtt,
} from '../../rules/recordings/workload-edges.js';
import { WORKLOAD_EDGE } from '../../rules/recordings/keys.js';
import type { Board } from '../board.js';
import { COLORS } from '../panels/basics.js';
import { stat } from '../panels/stat.js';
import { table } from '../panels/table.js';
import { timeSeries, type TimeSeries } from '../panels/time-series.js';
import { drillDown, label } from '../places.js';
import { clientVariable, clusterVariable, prometheusVariable, serverVariable } from '../variables.js';
import { EDGE_LEGEND, edgeColumns, edges, NO_EDGES, NO_EDGE_TO_COUNT } from '../workload-edges.js';

const CHOSEN = 'client_workload=~"$client", server_workload=~"$server"';
const opened = edges(workloadEdgeOpened, CHOSEN);
const failed = edges(workloadEdgeFailed, CHOSEN);
const open = edges(workloadEdgeOpen, CHOSEN);
const rtt = edges(workloadEdgeRtt, CHOSEN);
const requests = edges(workloadEdgeRequestBytes, CHOSEN);
const responses = edges(workloadEdgeResponseBytes, CHOSEN);
const again = edges(workloadEdgeRetransmits, CHOSEN);
const edge = WORKLOAD_EDGE.join(', ');

const serverOfSeries = {
  title: 'Server’s workload',
  url: drillDown('workload', { namespace: label('server_namespace'), workload: label('server_workload') }),
};

/** The ten edges that matter most for a question. */
const top = (
  spec: Omit<TimeSeries, 'empty' | 'series' | 'width' | 'link'> & { expr: string; width?: 12 | 24 },
) =>
  timeSeries({
    empty: NO_EDGES,
    width: 12,
    link: serverOfSeries,
    ...spec,
    series: [{ expr: `topk(10, ${spec.expr})`, legend: EDGE_LEGEND }],
  });

export const connectionsBoard: Board = {
  place: 'connections',
  title: 'Toposcope / Connections',
  description:
    'Edges between workloads: which fail, which are slow, which lose packets, which are new, and who talks most.',
  variables: [prometheusVariable(), clusterVariable(), clientVariable(), serverVariable()],
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat({
          title: 'Edges',
          description: 'From one workload to another on one port.',
          unit: 'short',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `count(${open})`,
        }),
        stat({
          title: 'Opened',
          description: 'Connections established each second.',
          unit: 'cps',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `sum(${opened})`,
        }),
        stat({
          title: 'Failed',
          description: 'Share of the attempts that are never established.',
          unit: 'percentunit',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `sum(${failed}) / (sum(${failed}) + sum(${opened}) > 0)`,
          warningFrom: 0.01,
          badFrom: 0.1,
        }),
        stat({
          title: 'Traffic',
          description: 'Payload bytes each second, both directions.',
          unit: 'Bps',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `sum(${requests}) + sum(${responses})`,
        }),
        stat({
          title: 'Slowest round trip',
          description: 'The largest mean round-trip time of an edge.',
          unit: 's',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `max(${rtt})`,
        }),
        stat({
          title: 'Sent again',
          description: 'TCP segments sent again each second.',
          unit: 'pps',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `sum(${again})`,
        }),
      ],
    },
    {
      title: 'Failures',
      panels: [
        top({
          title: 'Failed connections',
          description: 'Attempts each second that were never established, for the ten worst edges.',
          unit: 'cps',
          expr: `${failed} > 0`,
        }),
        top({
          title: 'Share of failures',
          description: 'Failed attempts of all attempts, for the ten worst edges.',
          unit: 'percentunit',
          max: 1,
          expr: `${failed} / (${failed} + ${opened} > 0) > 0`,
        }),
      ],
    },
    {
      title: 'Latency and loss',
      panels: [
        top({
          title: 'Round trip',
          description: 'Mean of the kernel’s smoothed round-trip times, for the ten slowest edges.',
          unit: 's',
          expr: rtt,
        }),
        top({
          title: 'Round trip against last week',
          description:
            'How many times as long as at this time last week, for the ten edges that grew most. 1 is as it was.',
          unit: 'short',
          expr: `avg_over_time(${rtt}[30m]) / avg_over_time(${rtt}[30m] offset 1w)`,
        }),
        top({
          title: 'Segments sent again',
          description: 'TCP retransmits each second, for the ten worst edges.',
          unit: 'pps',
          expr: `${again} > 0`,
        }),
        top({
          title: 'Estimated loss',
          description:
            'Segments sent again as a share of those sent, taking 1,448 bytes for a segment: too high where messages are small.',
          unit: 'percentunit',
          expr: `${again} / (${again} + ${requests} / 1448) > 0`,
        }),
      ],
    },
    {
      title: 'Top talkers',
      panels: [
        top({
          title: 'Requests',
          description: 'Payload bytes from client to server, for the ten busiest edges.',
          unit: 'Bps',
          expr: requests,
        }),
        top({
          title: 'Responses',
          description: 'Payload bytes from server to client, for the ten busiest edges.',
          unit: 'Bps',
          expr: responses,
        }),
        timeSeries({
          title: 'Connections opened and failed',
          description: 'All selected edges together.',
          unit: 'cps',
          empty: NO_EDGES,
          width: 12,
          series: [
            { expr: `sum(${opened})`, legend: 'opened', color: COLORS.calm },
            { expr: `sum(${failed})`, legend: 'failed', color: COLORS.bad },
          ],
        }),
        top({
          title: 'Open connections',
          description: 'For the ten edges that hold most. One that only climbs is a leak.',
          unit: 'short',
          expr: open,
        }),
      ],
    },
    {
      title: 'All edges',
      panels: [
        table({
          title: 'New edges',
          description:
            'Edges that are there now and were not within the week before the last hour. On the first day everything is new.',
          unit: 'short',
          empty: 'No edge is new.',
          width: 24,
          height: 8,
          columns: [
            { title: 'Client', label: 'client_workload' },
            { title: 'Server', label: 'server_workload' },
            { title: 'Port', label: 'port', width: 70 },
            { title: 'Protocol', label: 'protocol', width: 80 },
            {
              title: 'Open',
              expr: `${open} unless on (${edge}) last_over_time(${workloadEdgeOpen.record}[1w] offset 1h)`,
              unit: 'short',
              width: 80,
            },
            { title: 'Client namespace', label: 'client_namespace' },
            { title: 'Server namespace', label: 'server_namespace' },
          ],
        }),
        table({
          title: 'Edges',
          description: 'Every selected edge at the end of the time range.',
          unit: 'short',
          empty: NO_EDGES,
          width: 24,
          height: 12,
          sortBy: 'Requests',
          columns: edgeColumns(CHOSEN),
        }),
      ],
    },
  ],
};
