import {
  connectionReceivedBytes,
  connectionSentBytes,
  connectionsFailed,
  connectionsOpen,
} from '@toposcope/exporter/contract/connection-families.js';
import * as container from '@toposcope/exporter/contract/container-families.js';
import { is, isNot, matches, select } from '../../promql/select.js';
import { CONTAINER } from '../../rules/recordings/keys.js';
import type { Board } from '../board.js';
import { chosen, CONTAINER_LEGEND, containerOfRow, hostOfRow } from '../containers.js';
import { table } from '../panels/table.js';
import { timeSeries, type TimeSeries } from '../panels/time-series.js';
import { HERE, rate } from '../targets.js';
import { clusterVariable, containerVariable, hostVariable, prometheusVariable } from '../variables.js';

const empty = 'No container of this selection runs.';
const keys = CONTAINER.join(', ');
const sum = (expr: string) => `sum by (${keys}) (${expr})`;
const cpu = sum(rate(select(container.containerCpuSeconds, HERE)));
const cpuLimit = `max by (${keys}) (${select(container.containerCpuLimit, HERE)})`;
const workingSet = `max by (${keys}) (${select(container.containerMemory, { ...HERE, kind: is('working_set') })})`;
const memoryLimit = `max by (${keys}) (${select(container.containerMemoryLimit, HERE)})`;

/** A table's rows are the chosen containers; what is not chosen must not make rows of its own. */
const inTable = (expr: string) =>
  `${expr}\nand on (${keys}) ${select(container.containerInfo, { ...HERE, name: matches('$container') })}`;

const chart = (
  spec: Omit<TimeSeries, 'empty' | 'series' | 'width'> & { expr: string; empty?: string; legend?: string },
) =>
  timeSeries({
    empty,
    width: 12,
    ...spec,
    series: [{ expr: spec.expr, legend: spec.legend ?? CONTAINER_LEGEND }],
  });

export const containerBoard: Board = {
  place: 'container',
  title: 'Toposcope / Container',
  description: 'Containers: state, what they use of what they may, and whom they talk to.',
  variables: [prometheusVariable(), clusterVariable(), hostVariable(), containerVariable()],
  rows: [
    {
      title: 'Containers',
      panels: [
        table({
          title: 'Containers',
          description:
            'Each container at the end of the time range, stopped ones included. Click a name to see it alone.',
          unit: 'short',
          empty: 'No container of this selection is known.',
          width: 24,
          sortBy: 'CPU',
          columns: [
            { title: 'Container', label: 'name', link: containerOfRow },
            { title: 'Host', label: 'host', link: hostOfRow },
            {
              title: '',
              expr: `group by (${keys}, name, image, state) (${select(container.containerState, HERE)} * on (${keys}) group_left (name, image) topk by (${keys}) (1, ${select(container.containerInfo, { ...HERE, name: matches('$container') })}))`,
            },
            { title: 'State', label: 'state', width: 90 },
            { title: 'CPU', expr: inTable(cpu), unit: 'short', width: 90 },
            {
              title: 'CPU of limit',
              expr: inTable(`${cpu} / ${cpuLimit}`),
              unit: 'percentunit',
              share: { warningFrom: 0.8, badFrom: 0.95 },
            },
            { title: 'Memory', expr: inTable(workingSet), unit: 'bytes', width: 100 },
            {
              title: 'Memory of limit',
              expr: inTable(`${workingSet} / ${memoryLimit}`),
              unit: 'percentunit',
              share: { warningFrom: 0.8, badFrom: 0.9 },
            },
            {
              title: 'Restarts',
              expr: inTable(`max by (${keys}) (${select(container.containerRestarts, HERE)})`),
              unit: 'short',
              width: 90,
            },
            {
              title: 'Exit code',
              expr: inTable(`max by (${keys}) (${select(container.containerExitCode, HERE)})`),
              unit: 'short',
              width: 90,
            },
            {
              title: 'Started',
              expr: inTable(`1000 * max by (${keys}) (${select(container.containerStartTime, HERE)})`),
              unit: 'dateTimeFromNow',
              width: 130,
            },
            { title: 'Image', label: 'image' },
            { title: 'Id', label: 'container_id', width: 130 },
          ],
        }),
      ],
    },
    {
      title: 'Processor and memory',
      panels: [
        chart({
          title: 'CPU',
          description: 'Processors that each container uses.',
          unit: 'short',
          expr: chosen(cpu),
        }),
        chart({
          title: 'CPU throttled',
          description:
            'Share of the quota’s periods in which the container was held back. Above a quarter it is felt.',
          unit: 'percentunit',
          empty: 'No container of this selection has a CPU quota.',
          expr: chosen(
            `${sum(rate(select(container.containerCpuThrottledPeriods, HERE)))} / (${sum(rate(select(container.containerCpuPeriods, HERE)))} > 0)`,
          ),
        }),
        chart({
          title: 'Memory',
          description: 'Working set: what is used, less file pages that can be dropped.',
          unit: 'bytes',
          expr: chosen(workingSet),
        }),
        chart({
          title: 'Memory of limit',
          description:
            'Working set as a share of the limit. At 1 the kernel kills a process in the container.',
          unit: 'percentunit',
          max: 1,
          empty: 'No container of this selection has a memory limit.',
          expr: chosen(`${workingSet} / ${memoryLimit}`),
        }),
        chart({
          title: 'Pressure',
          description: 'Share of the time in which some task waited for a resource. Needs cgroup v2.',
          unit: 'percentunit',
          empty: 'No pressure information: it needs cgroup v2.',
          legend: '{{resource}} · {{name}} · {{host}}',
          expr: chosen(
            `sum by (${keys}, resource) (${rate(select(container.containerPressureSeconds, { ...HERE, kind: is('some') }))})`,
          ),
        }),
        chart({
          title: 'Memory kills',
          description: 'Processes that the kernel killed for want of memory, in each interval.',
          unit: 'short',
          expr: chosen(
            `sum by (${keys}) (increase(${select(container.containerOomKills, HERE)}[$__rate_interval]))`,
          ),
        }),
      ],
    },
    {
      title: 'Connections',
      panels: [
        chart({
          title: 'Sent',
          description: 'Payload bytes that the container sent over TCP, as client and as server.',
          unit: 'Bps',
          empty: 'No bytes have been counted for this selection.',
          expr: chosen(sum(rate(select(connectionSentBytes, { ...HERE, container_id: isNot('') })))),
        }),
        chart({
          title: 'Received',
          description: 'Payload bytes that the container received over TCP, as client and as server.',
          unit: 'Bps',
          empty: 'No bytes have been counted for this selection.',
          expr: chosen(sum(rate(select(connectionReceivedBytes, { ...HERE, container_id: isNot('') })))),
        }),
        table({
          title: 'Talks to',
          description: 'Servers that these containers have dialled, at the end of the time range.',
          unit: 'short',
          empty: 'These containers have opened no connection.',
          width: 12,
          sortBy: 'Open',
          columns: connectionColumns('client'),
        }),
        table({
          title: 'Is talked to by',
          description: 'Clients that have connected to these containers, at the end of the time range.',
          unit: 'short',
          empty: 'Nobody has connected to these containers.',
          width: 12,
          sortBy: 'Open',
          columns: connectionColumns('server'),
        }),
      ],
    },
    {
      title: 'Network, disk and tasks',
      panels: [
        chart({
          title: 'Network',
          description: 'Bytes on the container’s interfaces, headers included.',
          unit: 'Bps',
          empty: 'No container of this selection has a network namespace of its own.',
          legend: '{{direction}} · {{name}} · {{host}}',
          expr: chosen(
            `sum by (${keys}, direction) (${rate(select(container.containerNetworkBytes, HERE))})`,
          ),
        }),
        chart({
          title: 'Network drops and errors',
          description: 'Packets that an interface of the container dropped or found damaged.',
          unit: 'pps',
          empty: 'No container of this selection has a network namespace of its own.',
          expr: chosen(
            `${sum(rate(select(container.containerNetworkDrops, HERE)))} + ${sum(rate(select(container.containerNetworkErrors, HERE)))}`,
          ),
        }),
        chart({
          title: 'Disk',
          description: 'Bytes that the container moved to or from block devices.',
          unit: 'Bps',
          empty: 'No container of this selection has used a block device.',
          legend: '{{direction}} · {{name}} · {{host}}',
          expr: chosen(`sum by (${keys}, direction) (${rate(select(container.containerIoBytes, HERE))})`),
        }),
        chart({
          title: 'Tasks',
          description: 'Processes and threads in the container.',
          unit: 'short',
          expr: chosen(`max by (${keys}) (${select(container.containerPids, HERE)})`),
        }),
      ],
    },
  ],
};

function connectionColumns(role: 'client' | 'server') {
  const labels = [keys, 'name', 'process', 'protocol', 'port', 'peer_ip', 'peer_name'].join(', ');
  const side = { ...HERE, role: is(role), container_id: isNot('') };
  const rows = (expr: string) => `sum by (${labels}) (${chosen(expr)})`;
  return [
    { title: 'Container', label: 'name' },
    { title: 'Process', label: 'process' },
    { title: 'Peer', label: 'peer_ip' },
    { title: 'Name', label: 'peer_name' },
    { title: 'Port', label: 'port', width: 70 },
    { title: 'Open', expr: rows(select(connectionsOpen, side)), unit: 'short', width: 70 },
    { title: 'Sent', expr: rows(rate(select(connectionSentBytes, side))), unit: 'Bps', width: 100 },
    { title: 'Received', expr: rows(rate(select(connectionReceivedBytes, side))), unit: 'Bps', width: 100 },
    { title: 'Failed', expr: rows(rate(select(connectionsFailed, side))), unit: 'cps', width: 80 },
  ];
}
