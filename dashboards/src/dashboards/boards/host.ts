import {
  connectionReceivedBytes,
  connectionSentBytes,
  connectionsOpen,
} from '@toposcope/exporter/contract/connection-families.js';
import {
  containerCpuSeconds,
  containerMemory,
  containerNetworkBytes,
  containerState,
} from '@toposcope/exporter/contract/container-families.js';
import {
  hostAddressInfo,
  hostBootTime,
  hostCpus,
  hostCpuSeconds,
  hostInfo,
  hostLoad1,
  hostLoad5,
  hostMemory,
} from '@toposcope/exporter/contract/host-families.js';
import {
  processGroupCpuSeconds,
  processGroupResidentMemory,
} from '@toposcope/exporter/contract/process-families.js';
import { is, matchesNot, select } from '../../promql/select.js';
import type { Board } from '../board.js';
import { CONTAINER_LEGEND, containerOfSeries, hostOfRow, named } from '../containers.js';
import { table } from '../panels/table.js';
import { timeSeries } from '../panels/time-series.js';
import { drillDown, label } from '../places.js';
import { HERE, rate } from '../targets.js';
import { clusterVariable, hostVariable, prometheusVariable } from '../variables.js';

const empty = 'No host of this selection is scraped.';
const one = (expr: string) => `max by (cluster, host) (${expr})`;
const memory = (state: string) => one(select(hostMemory, { ...HERE, state: is(state) }));

/** Guests' time is within user's already. */
const busy = select(hostCpuSeconds, { ...HERE, mode: matchesNot('idle|iowait|guest|guest_nice') });
const cpuShare = `sum by (cluster, host) (${rate(busy)}) / ${one(select(hostCpus, HERE))}`;
const memoryShare = `1 - ${memory('available')} / ${memory('total')}`;
const loadShare = (load: string) => `${one(load)} / ${one(select(hostCpus, HERE))}`;

const processOfSeries = {
  title: 'Process',
  url: drillDown('process', { host: label('host'), process: label('name') }),
};

export const hostBoard: Board = {
  place: 'host',
  title: 'Toposcope / Host',
  description: 'Machines: what they are, how busy they are, and what keeps them busy.',
  variables: [prometheusVariable(), clusterVariable(), hostVariable()],
  rows: [
    {
      title: 'Hosts',
      panels: [
        table({
          title: 'Hosts',
          description: 'Each host at the end of the time range. Click a name to see that host alone.',
          unit: 'short',
          empty,
          width: 24,
          height: 8,
          sortBy: 'CPU',
          columns: [
            { title: 'Host', label: 'host', link: hostOfRow },
            {
              title: '',
              expr: `group by (cluster, host, os, os_version, kernel, arch, virtualization) (${select(hostInfo, HERE)})`,
            },
            { title: 'CPU', expr: cpuShare, unit: 'percentunit', share: { warningFrom: 0.8, badFrom: 0.95 } },
            {
              title: 'Memory',
              expr: memoryShare,
              unit: 'percentunit',
              share: { warningFrom: 0.85, badFrom: 0.95 },
            },
            { title: 'Load per CPU', expr: loadShare(select(hostLoad5, HERE)), unit: 'short', width: 110 },
            { title: 'CPUs', expr: one(select(hostCpus, HERE)), unit: 'short', width: 70 },
            { title: 'Memory in all', expr: memory('total'), unit: 'bytes', width: 120 },
            {
              title: 'Containers',
              expr: `count by (cluster, host) (${select(containerState, { ...HERE, state: is('running') })})`,
              unit: 'short',
              width: 100,
            },
            {
              title: 'Up since',
              expr: `1000 * ${one(select(hostBootTime, HERE))}`,
              unit: 'dateTimeFromNow',
              width: 130,
            },
            { title: 'System', label: 'os', width: 100 },
            { title: 'Version', label: 'os_version', width: 100 },
            { title: 'Kernel', label: 'kernel' },
            { title: 'Architecture', label: 'arch', width: 110 },
            { title: 'Cluster', label: 'cluster', width: 100 },
          ],
        }),
      ],
    },
    {
      title: 'Processor and memory',
      panels: [
        timeSeries({
          title: 'CPU',
          description: 'Share of all processors that is busy; waiting for disks does not count.',
          unit: 'percentunit',
          empty,
          width: 12,
          max: 1,
          series: [{ expr: cpuShare, legend: '{{host}}' }],
        }),
        timeSeries({
          title: 'CPU by mode',
          description: 'Processors in each mode, over the selected hosts.',
          unit: 'short',
          empty,
          width: 12,
          stacked: true,
          series: [
            {
              expr: `sum by (mode) (${rate(select(hostCpuSeconds, { ...HERE, mode: matchesNot('idle|guest|guest_nice') }))})`,
              legend: '{{mode}}',
            },
          ],
        }),
        timeSeries({
          title: 'Memory',
          description:
            'Share of the memory that is not available to new work; page cache counts as available.',
          unit: 'percentunit',
          empty,
          width: 12,
          max: 1,
          series: [{ expr: memoryShare, legend: '{{host}}' }],
        }),
        timeSeries({
          title: 'Load per CPU',
          description:
            'Load average over a minute, for each processor. Above 1 some work waits for a processor or a disk.',
          unit: 'short',
          empty,
          width: 12,
          series: [{ expr: loadShare(select(hostLoad1, HERE)), legend: '{{host}}' }],
        }),
      ],
    },
    {
      title: 'What keeps them busy',
      panels: [
        timeSeries({
          title: 'CPU of containers',
          description: 'Processors that the ten busiest containers use.',
          unit: 'short',
          empty: 'No container runs here.',
          width: 12,
          link: containerOfSeries,
          series: [
            {
              expr: `topk(10, ${named(`sum by (cluster, host, container_id) (${rate(select(containerCpuSeconds, HERE))})`)})`,
              legend: CONTAINER_LEGEND,
            },
          ],
        }),
        timeSeries({
          title: 'Memory of containers',
          description: 'Working set of the ten largest containers.',
          unit: 'bytes',
          empty: 'No container runs here.',
          width: 12,
          link: containerOfSeries,
          series: [
            {
              expr: `topk(10, ${named(select(containerMemory, { ...HERE, kind: is('working_set') }))})`,
              legend: CONTAINER_LEGEND,
            },
          ],
        }),
        timeSeries({
          title: 'CPU outside containers',
          description: 'Processors that the ten busiest kinds of process outside containers use.',
          unit: 'short',
          empty,
          width: 12,
          link: processOfSeries,
          series: [
            {
              expr: `topk(10, sum by (host, name) (${rate(select(processGroupCpuSeconds, { ...HERE, container_id: is('') }))}))`,
              legend: '{{name}} · {{host}}',
            },
          ],
        }),
        timeSeries({
          title: 'Memory outside containers',
          description:
            'Resident memory of the ten largest kinds of process outside containers; shared pages count each time.',
          unit: 'bytes',
          empty,
          width: 12,
          link: processOfSeries,
          series: [
            {
              expr: `topk(10, sum by (host, name) (${select(processGroupResidentMemory, { ...HERE, container_id: is('') })}))`,
              legend: '{{name}} · {{host}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Network',
      panels: [
        timeSeries({
          title: 'Traffic of connections',
          description: 'Payload bytes of all TCP connections whose end is on the host, by direction.',
          unit: 'Bps',
          empty: 'No connection has been counted: in /proc mode there are no bytes.',
          width: 12,
          series: [
            {
              expr: `sum by (host) (${rate(select(connectionSentBytes, HERE))})`,
              legend: 'sent · {{host}}',
            },
            {
              expr: `sum by (host) (${rate(select(connectionReceivedBytes, HERE))})`,
              legend: 'received · {{host}}',
            },
          ],
        }),
        timeSeries({
          title: 'Open connections',
          description: 'Connections that are open, by the role of the end on this host.',
          unit: 'short',
          empty: 'No connection is open.',
          width: 12,
          series: [
            {
              expr: `sum by (host, role) (${select(connectionsOpen, HERE)})`,
              legend: '{{role}} · {{host}}',
            },
          ],
        }),
        timeSeries({
          title: 'Traffic of containers',
          description:
            'Bytes on the interfaces of the ten busiest containers, both directions, headers included.',
          unit: 'Bps',
          empty: 'No container has a network namespace of its own.',
          width: 12,
          link: containerOfSeries,
          series: [
            {
              expr: `topk(10, ${named(`sum by (cluster, host, container_id) (${rate(select(containerNetworkBytes, HERE))})`)})`,
              legend: CONTAINER_LEGEND,
            },
          ],
        }),
        table({
          title: 'Addresses',
          description: 'Addresses of the hosts’ own interfaces. Scope link is reachable on its link only.',
          unit: 'string',
          empty,
          width: 12,
          height: 8,
          columns: [
            { title: '', expr: `group by (host, interface, ip, scope) (${select(hostAddressInfo, HERE)})` },
            { title: 'Host', label: 'host' },
            { title: 'Interface', label: 'interface' },
            { title: 'Address', label: 'ip' },
            { title: 'Scope', label: 'scope', width: 90 },
          ],
        }),
      ],
    },
  ],
};
