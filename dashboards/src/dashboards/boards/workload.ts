import * as container from '@toposcope/exporter/contract/container-families.js';
import { join } from '../../promql/labels.js';
import { is, select } from '../../promql/select.js';
import { containerWorkload } from '../../rules/recordings/container-workload.js';
import { CONTAINER } from '../../rules/recordings/keys.js';
import {
  workloadEdgeFailed,
  workloadEdgeOpened,
  workloadEdgeRequestBytes,
  workloadEdgeResponseBytes,
  workloadEdgeRtt,
} from '../../rules/recordings/workload-edges.js';
import type { Board } from '../board.js';
import { containerOfRow, hostOfRow } from '../containers.js';
import { COLORS } from '../panels/basics.js';
import { stat } from '../panels/stat.js';
import { table } from '../panels/table.js';
import { timeSeries } from '../panels/time-series.js';
import { drillDown, label } from '../places.js';
import { rate } from '../targets.js';
import { clusterVariable, namespaceVariable, prometheusVariable, workloadVariable } from '../variables.js';
import { EDGE_LEGEND, edgeColumns, edges, NO_EDGES, NO_EDGE_TO_COUNT } from '../workload-edges.js';

const empty = 'No workload of this selection runs. (Workloads need the rule file recording.yaml.)';
const selected = `${containerWorkload.record}{cluster=~"$cluster", namespace=~"$namespace", workload=~"$workload"}`;
const inbound = 'server_namespace=~"$namespace", server_workload=~"$workload"';
const outbound = 'client_namespace=~"$namespace", client_workload=~"$workload"';
const WORKLOAD = '{{namespace}} {{workload}}';

/** Containers' numbers, added up over their workloads. */
const perWorkload = (expr: string) =>
  `sum by (cluster, namespace, workload) (${join(`(${expr})`, CONTAINER, ['namespace', 'workload'], selected)})`;
const perContainer = (expr: string) => `sum by (${CONTAINER.join(', ')}) (${expr})`;
const running = select(container.containerState, { state: is('running') });

const edgeOfSeries = {
  title: 'Connections',
  url: drillDown('connections', { client: label('client_workload'), server: label('server_workload') }),
};

export const workloadBoard: Board = {
  place: 'workload',
  title: 'Toposcope / Workload',
  description:
    'Compose and Swarm services, controllers, and containers that stand alone: who calls them, and what they call.',
  variables: [prometheusVariable(), clusterVariable(), namespaceVariable(), workloadVariable()],
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat({
          title: 'Running containers',
          description: 'Containers of these workloads in the state running.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(${running} and on (${CONTAINER.join(', ')}) ${selected})`,
        }),
        stat({
          title: 'Unhealthy containers',
          description: 'Containers of these workloads whose health check fails.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(${select(container.containerHealth, { health: is('unhealthy') })} and on (${CONTAINER.join(', ')}) ${selected}) or vector(0)`,
          badFrom: 1,
        }),
        stat({
          title: 'Connections in',
          description: 'Connections that clients establish with these workloads each second.',
          unit: 'cps',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `sum(${edges(workloadEdgeOpened, inbound)})`,
        }),
        stat({
          title: 'Failed in',
          description: 'Share of the attempts to connect to these workloads that fail.',
          unit: 'percentunit',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `sum(${edges(workloadEdgeFailed, inbound)}) / (sum(${edges(workloadEdgeFailed, inbound)}) + sum(${edges(workloadEdgeOpened, inbound)}) > 0)`,
          warningFrom: 0.01,
          badFrom: 0.1,
        }),
        stat({
          title: 'Connections out',
          description: 'Connections that these workloads establish each second.',
          unit: 'cps',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `sum(${edges(workloadEdgeOpened, outbound)})`,
        }),
        stat({
          title: 'Failed out',
          description: 'Share of these workloads’ attempts to connect that fail.',
          unit: 'percentunit',
          empty: NO_EDGE_TO_COUNT,
          width: 4,
          expr: `sum(${edges(workloadEdgeFailed, outbound)}) / (sum(${edges(workloadEdgeFailed, outbound)}) + sum(${edges(workloadEdgeOpened, outbound)}) > 0)`,
          warningFrom: 0.01,
          badFrom: 0.1,
        }),
      ],
    },
    {
      title: 'Who calls them',
      panels: [
        table({
          title: 'Clients',
          description: 'Edges that lead to these workloads, at the end of the time range.',
          unit: 'short',
          empty: NO_EDGES,
          width: 24,
          height: 8,
          sortBy: 'Requests',
          columns: edgeColumns(inbound),
        }),
        timeSeries({
          title: 'Traffic in',
          description: 'Payload bytes of requests to these workloads and of their responses.',
          unit: 'Bps',
          empty: NO_EDGES,
          width: 12,
          series: [
            {
              expr: `sum(${edges(workloadEdgeRequestBytes, inbound)})`,
              legend: 'requests',
              color: COLORS.calm,
            },
            {
              expr: `sum(${edges(workloadEdgeResponseBytes, inbound)})`,
              legend: 'responses',
              color: COLORS.other,
            },
          ],
        }),
        timeSeries({
          title: 'Round trip from clients',
          description: 'Mean round-trip time of the connections to these workloads, by client.',
          unit: 's',
          empty: NO_EDGES,
          width: 12,
          link: edgeOfSeries,
          series: [{ expr: edges(workloadEdgeRtt, inbound), legend: EDGE_LEGEND }],
        }),
      ],
    },
    {
      title: 'What they call',
      panels: [
        table({
          title: 'Servers',
          description: 'Edges that these workloads open, at the end of the time range.',
          unit: 'short',
          empty: NO_EDGES,
          width: 24,
          height: 8,
          sortBy: 'Requests',
          columns: edgeColumns(outbound),
        }),
        timeSeries({
          title: 'Traffic out',
          description: 'Payload bytes of the requests that these workloads make and of what they get back.',
          unit: 'Bps',
          empty: NO_EDGES,
          width: 12,
          series: [
            {
              expr: `sum(${edges(workloadEdgeRequestBytes, outbound)})`,
              legend: 'requests',
              color: COLORS.calm,
            },
            {
              expr: `sum(${edges(workloadEdgeResponseBytes, outbound)})`,
              legend: 'responses',
              color: COLORS.other,
            },
          ],
        }),
        timeSeries({
          title: 'Failed connections out',
          description: 'Attempts each second that were never established, by server.',
          unit: 'cps',
          empty: NO_EDGES,
          width: 12,
          link: edgeOfSeries,
          series: [{ expr: edges(workloadEdgeFailed, outbound), legend: EDGE_LEGEND }],
        }),
      ],
    },
    {
      title: 'Resources',
      panels: [
        timeSeries({
          title: 'CPU',
          description: 'Processors that each workload uses, over its containers.',
          unit: 'short',
          empty,
          width: 12,
          series: [
            {
              expr: perWorkload(perContainer(rate(select(container.containerCpuSeconds)))),
              legend: WORKLOAD,
            },
          ],
        }),
        timeSeries({
          title: 'Memory',
          description: 'Working set of each workload, over its containers.',
          unit: 'bytes',
          empty,
          width: 12,
          series: [
            {
              expr: perWorkload(perContainer(select(container.containerMemory, { kind: is('working_set') }))),
              legend: WORKLOAD,
            },
          ],
        }),
        table({
          title: 'Containers',
          description: 'The containers of these workloads at the end of the time range.',
          unit: 'short',
          empty,
          width: 24,
          height: 8,
          columns: [
            { title: 'Namespace', label: 'namespace' },
            { title: 'Workload', label: 'workload' },
            {
              title: '',
              expr: `group by (namespace, workload, host, name, image) (${join(selected, CONTAINER, ['name', 'image'], `topk by (${CONTAINER.join(', ')}) (1, ${select(container.containerInfo)})`)})`,
            },
            { title: 'Container', label: 'name', link: containerOfRow },
            { title: 'Host', label: 'host', link: hostOfRow },
            { title: 'Image', label: 'image' },
          ],
        }),
      ],
    },
  ],
};
