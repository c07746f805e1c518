import {
  connectionReceivedBytes,
  connectionSentBytes,
  connectionsOpen,
  listenerInfo,
} from '@toposcope/exporter/contract/connection-families.js';
import * as process from '@toposcope/exporter/contract/process-families.js';
import { matches, select } from '../../promql/select.js';
import type { Board } from '../board.js';
import { hostOfRow } from '../containers.js';
import { table } from '../panels/table.js';
import { timeSeries, type TimeSeries } from '../panels/time-series.js';
import { HERE, rate } from '../targets.js';
import { clusterVariable, hostVariable, processVariable, prometheusVariable } from '../variables.js';

const empty = 'No process of this selection lives.';
const NAMED = { ...HERE, name: matches('$process') };
const OF_PROCESS = { ...HERE, process: matches('$process') };
const keys = 'cluster, host, container_id, pid';

/** Kinds of process: one line a name and host, so that a worker’s death is no gap. */
const chart = (spec: Omit<TimeSeries, 'empty' | 'series' | 'width'> & { expr: string }) =>
  timeSeries({
    empty,
    width: 12,
    ...spec,
    series: [{ expr: `topk(10, sum by (host, name) (${spec.expr}))`, legend: '{{name}} · {{host}}' }],
  });

/** Numbers of single processes, as far as the cap reaches; the name comes from the info series. */
const single = (expr: string) =>
  `max by (${keys}) (${expr}) and on (${keys}) ${select(process.processInfo, NAMED)}`;

export const processBoard: Board = {
  place: 'process',
  title: 'Toposcope / Process',
  description: 'Processes by name, in containers and outside, and the single ones behind a name.',
  variables: [prometheusVariable(), clusterVariable(), hostVariable(), processVariable()],
  rows: [
    {
      title: 'By name',
      panels: [
        chart({
          title: 'CPU',
          description: 'Processors that the ten busiest names use; members that ended count.',
          unit: 'short',
          expr: rate(select(process.processGroupCpuSeconds, NAMED)),
        }),
        chart({
          title: 'Memory',
          description: 'Resident memory of the ten largest names; shared pages count for each process.',
          unit: 'bytes',
          expr: select(process.processGroupResidentMemory, NAMED),
        }),
        chart({
          title: 'Processes',
          description: 'Living processes of each name.',
          unit: 'short',
          expr: select(process.processGroupProcesses, NAMED),
        }),
        chart({
          title: 'Threads',
          description: 'Threads of all processes of each name.',
          unit: 'short',
          expr: select(process.processGroupThreads, NAMED),
        }),
        chart({
          title: 'Open files',
          description:
            'File descriptors that each name holds open, sockets included. One that only climbs is a leak.',
          unit: 'short',
          expr: select(process.processGroupOpenFiles, NAMED),
        }),
        timeSeries({
          title: 'Traffic',
          description: 'Payload bytes that each name sends and receives over TCP.',
          unit: 'Bps',
          empty: 'No bytes have been counted for this selection.',
          width: 12,
          series: [
            {
              expr: `topk(10, sum by (process, host) (${rate(select(connectionSentBytes, OF_PROCESS))} + ${rate(select(connectionReceivedBytes, OF_PROCESS))}))`,
              legend: '{{process}} · {{host}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Single processes',
      panels: [
        table({
          title: 'Processes',
          description:
            'Each process at the end of the time range. A host shows --process.limit of them: listeners and connected ones first, then the busiest.',
          unit: 'short',
          empty,
          width: 24,
          height: 12,
          sortBy: 'CPU',
          columns: [
            { title: 'Process', label: 'name' },
            { title: 'PID', label: 'pid', width: 90 },
            { title: 'Host', label: 'host', link: hostOfRow },
            { title: 'Container', label: 'container_id', width: 130 },
            {
              title: '',
              expr: `group by (${keys}, ppid, name, user, state) (${select(process.processInfo, NAMED)})`,
            },
            {
              title: 'CPU',
              expr: single(rate(select(process.processCpuSeconds, HERE))),
              unit: 'short',
              width: 90,
            },
            {
              title: 'Memory',
              expr: single(select(process.processResidentMemory, HERE)),
              unit: 'bytes',
              width: 100,
            },
            {
              title: 'Threads',
              expr: single(select(process.processThreads, HERE)),
              unit: 'short',
              width: 80,
            },
            {
              title: 'Open files of limit',
              expr: `max by (${keys}) (${select(process.processOpenFiles, HERE)}) / max by (${keys}) (${select(process.processMaxOpenFiles, HERE)}) and on (${keys}) ${select(process.processInfo, NAMED)}`,
              unit: 'percentunit',
              share: { warningFrom: 0.7, badFrom: 0.9 },
            },
            {
              title: 'Started',
              expr: `1000 * ${single(select(process.processStartTime, HERE))}`,
              unit: 'dateTimeFromNow',
              width: 130,
            },
            { title: 'User', label: 'user', width: 100 },
            { title: 'State', label: 'state', width: 70 },
            { title: 'Parent', label: 'ppid', width: 90 },
          ],
        }),
      ],
    },
    {
      title: 'Network',
      panels: [
        table({
          title: 'Connections',
          description: 'Edges of these processes at the end of the time range, from their end.',
          unit: 'short',
          empty: 'These processes have no connection.',
          width: 16,
          sortBy: 'Open',
          columns: [
            { title: 'Process', label: 'process' },
            { title: 'Role', label: 'role', width: 80 },
            { title: 'Peer', label: 'peer_ip' },
            { title: 'Peer’s process', label: 'peer_process' },
            { title: 'Port', label: 'port', width: 70 },
            { title: 'Host', label: 'host' },
            ...(
              [
                ['Open', select(connectionsOpen, OF_PROCESS), 'short'],
                ['Sent', rate(select(connectionSentBytes, OF_PROCESS)), 'Bps'],
                ['Received', rate(select(connectionReceivedBytes, OF_PROCESS)), 'Bps'],
              ] as const
            ).map(([title, expr, unit]) => ({
              title,
              unit,
              width: 100,
              expr: `sum by (process, role, peer_ip, peer_process, port, host) (${expr})`,
            })),
          ],
        }),
        table({
          title: 'Listens on',
          description: 'Ports on which these processes listen.',
          unit: 'string',
          empty: 'These processes listen on no port.',
          width: 8,
          columns: [
            {
              title: '',
              expr: `group by (process, protocol, ip, port, host) (${select(listenerInfo, OF_PROCESS)})`,
            },
            { title: 'Process', label: 'process' },
            { title: 'Address', label: 'ip' },
            { title: 'Port', label: 'port', width: 70 },
            { title: 'Protocol', label: 'protocol', width: 80 },
            { title: 'Host', label: 'host' },
          ],
        }),
      ],
    },
  ],
};
