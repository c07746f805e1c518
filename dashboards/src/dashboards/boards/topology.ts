import { connectionsFailed, connectionsOpen } from '@toposcope/exporter/contract/connection-families.js';
import { containerState } from '@toposcope/exporter/contract/container-families.js';
import { hostInfo } from '@toposcope/exporter/contract/host-families.js';
import { is, select } from '../../promql/select.js';
import type { Board } from '../board.js';
import { stat } from '../panels/stat.js';
import { table } from '../panels/table.js';
import { topologyPanel } from '../panels/topology.js';
import { hostOfRow } from '../containers.js';
import { drillDown, type Place } from '../places.js';
import { HERE, rate } from '../targets.js';
import {
  clusterVariable,
  hostVariable,
  prometheusVariable,
  topologyVariable,
  viewVariable,
} from '../variables.js';

const ofHosts = (title: string, place: Place) => ({
  title,
  url: `${drillDown(place, {})}&\${host:queryparam}`,
});
/** Those of edges between workloads belong to no host. */
const FIRING = 'ALERTS{alertname=~"Toposcope.*", alertstate="firing", cluster=~"$cluster", host=~"$host|"}';
const connections = { title: 'Connections', url: drillDown('connections', {}) };

export const topologyBoard: Board = {
  place: 'topology',
  title: 'Toposcope / Topology',
  description: 'What runs here, who talks to whom, and is it well?',
  variables: [prometheusVariable(), topologyVariable(), viewVariable(), clusterVariable(), hostVariable()],
  rows: [
    {
      title: '',
      panels: [
        topologyPanel(
          {
            title: 'Topology',
            description:
              'Who talks to whom at the end of the time range. An arrow points from the client to the server; its width is bytes per second, broken and orange means that connections fail. Click a node or an edge for its facts; the tabs change what a node stands for.',
            empty: 'Nothing to show: is an exporter scraped, and is the data source “Topology” set?',
            width: 24,
            height: 22,
          },
          { queryType: 'topology', view: '$view', hosts: ['$host'] },
        ),
      ],
    },
    {
      title: 'At a glance',
      panels: [
        stat({
          title: 'Alerts',
          description: 'Alerts of Toposcope that fire now.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(${FIRING}) or vector(0)`,
          warningFrom: 1,
          link: ofHosts('Exporter and companion health', 'health'),
        }),
        stat({
          title: 'Hosts',
          description: 'Hosts that are monitored.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(group by (cluster, host) (${select(hostInfo, HERE)}))`,
          link: ofHosts('Hosts', 'host'),
        }),
        stat({
          title: 'Running containers',
          description: 'Containers in the state running.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(${select(containerState, { ...HERE, state: is('running') })})`,
          link: ofHosts('Containers', 'container'),
        }),
        stat({
          title: 'Edges',
          description: 'Rows of clients: from one container or process to one peer and port.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(${select(connectionsOpen, { ...HERE, role: is('client') })})`,
          link: connections,
        }),
        stat({
          title: 'Open connections',
          description: 'Connections that clients have open, idle ones included.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `sum(${select(connectionsOpen, { ...HERE, role: is('client') })})`,
          link: connections,
        }),
        stat({
          title: 'Failed connections',
          description: 'Attempts each second that were never established.',
          unit: 'cps',
          empty: '0',
          width: 4,
          expr: `sum(${rate(select(connectionsFailed, { ...HERE, role: is('client') }))})`,
          warningFrom: 0.1,
          badFrom: 10,
          link: connections,
        }),
        table({
          title: 'Firing alerts',
          description: 'What the rules of Toposcope say now. Each alert has a runbook page.',
          unit: 'string',
          empty: 'No alert fires. (Alerts need the rule files in dashboards/rules.)',
          width: 24,
          height: 8,
          columns: [
            {
              title: '',
              expr: `group by (alertname, severity, cluster, host, name, client_workload, server_workload, port) (${FIRING})`,
            },
            { title: 'Alert', label: 'alertname', width: 300 },
            { title: 'Severity', label: 'severity', width: 100 },
            { title: 'Host', label: 'host', link: hostOfRow },
            { title: 'Container', label: 'name' },
            { title: 'Client', label: 'client_workload' },
            { title: 'Server', label: 'server_workload' },
            { title: 'Port', label: 'port', width: 80 },
          ],
        }),
      ],
    },
  ],
};
