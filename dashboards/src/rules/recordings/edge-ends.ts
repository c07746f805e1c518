import { connectionsOpen } from '@toposcope/exporter/contract/connection-families.js';
import { containerAddressInfo } from '@toposcope/exporter/contract/container-families.js';
import { hostAddressInfo } from '@toposcope/exporter/contract/host-families.js';
import { copyLabel, distinct, firstOf, join, setLabel } from '../../promql/labels.js';
import { is, isNot, matches, matchesNot, select } from '../../promql/select.js';
import type { Recording } from '../rule.js';
import { addressHost, addressWorkload, portWorkload } from './address-owners.js';
import { containerWorkload } from './container-workload.js';
import {
  CLIENT_END,
  CLIENT_WORKLOAD,
  CONTAINER,
  LOOPBACK,
  OUTSIDE_END,
  PRIVATE,
  SERVER_END,
  SERVER_WORKLOAD,
} from './keys.js';

const clients = distinct(CLIENT_END, select(connectionsOpen, { role: is('client') }));

export const edgeClient: Recording = {
  record: 'toposcope:edge_client:info',
  help: 'The workload at the client’s end of an edge; outside containers the process’ name stands for it. Always 1.',
  labels: [...CLIENT_END, ...CLIENT_WORKLOAD],
  expr: firstOf(CLIENT_END, [
    join(clients, CONTAINER, CLIENT_WORKLOAD, containerWorkload.record),
    processAs('client_workload', clients, 'process'),
  ]),
};

const servers = (matchers: Parameters<typeof select<(typeof connectionsOpen.labels)[number]>>[1]) =>
  distinct(SERVER_END, select(connectionsOpen, { role: is('client'), ...matchers }));

/** On this host: the exporter knows the peer. What a container says to itself is left out. */
const neighbours = [
  { peer_ip: matchesNot(LOOPBACK) },
  { peer_ip: matches(LOOPBACK), actual_peer_ip: isNot('') },
].map((matchers) =>
  join(
    servers({ peer_container_id: isNot(''), ...matchers }),
    ['cluster', 'host', 'peer_container_id'],
    SERVER_WORKLOAD,
    containerWorkload.record,
  ),
);
const neighbourProcess = processAs(
  'server_workload',
  servers({ peer_container_id: is(''), peer_process: isNot('') }),
  'peer_process',
);

/** Elsewhere: where the connection was really sent, after address translation on this host. */
const remote = servers({ peer_container_id: is(''), peer_process: is('') });
const dialled = [
  ['server_ip', 'peer_ip'],
  ['server_ip', 'actual_peer_ip'],
  ['server_port', 'port'],
  ['server_port', 'actual_port'],
].reduce((expr, [to = '', from = '']) => copyLabel(expr, to, from), remote);
const onHost = join(dialled, ['cluster', 'server_ip'], ['server_host'], addressHost.record);
const onKnownPort = join(
  onHost,
  ['cluster', 'server_host', 'server_port', 'protocol'],
  SERVER_WORKLOAD,
  portWorkload.record,
);
const inContainer = join(dialled, ['cluster', 'server_ip'], SERVER_WORKLOAD, addressWorkload.record);
const onHostSomewhere = copyLabel(onHost, 'server_workload', 'server_host');
const onLoopback = copyLabel(
  servers({ peer_container_id: is(''), peer_process: is(''), peer_ip: matches(LOOPBACK) }),
  'server_workload',
  'host',
);
const outside = copyLabel(outsideAs('server_workload', remote), 'server_workload', 'peer_name');

export const edgeServer: Recording = {
  record: 'toposcope:edge_server:info',
  help: 'The workload at the server’s end of an edge, on whichever host it is; a host, a DNS name, internet, unmanaged or overflow where there is none. Always 1.',
  labels: [...SERVER_END, ...SERVER_WORKLOAD],
  expr: distinct(
    [...SERVER_END, ...SERVER_WORKLOAD],
    firstOf(SERVER_END, [
      ...neighbours,
      neighbourProcess,
      onKnownPort,
      inContainer,
      onHostSomewhere,
      onLoopback,
      outside,
    ]),
  ),
};

/** A server's row adds an edge only when its client is on no monitored host: otherwise the client has told it. */
const fromOutside = [
  distinct(
    OUTSIDE_END,
    select(connectionsOpen, { role: is('server'), peer_container_id: is(''), peer_process: is('') }),
  ),
  copyLabel(select(hostAddressInfo), 'peer_ip', 'ip'),
  copyLabel(select(containerAddressInfo), 'peer_ip', 'ip'),
].join('\nunless on (cluster, peer_ip)\n');

export const edgeOutsideClient: Recording = {
  record: 'toposcope:edge_outside_client:info',
  help: 'Both ends of an edge whose client is on no monitored host. Always 1.',
  labels: [...OUTSIDE_END, 'client_workload', ...SERVER_WORKLOAD],
  expr: outsideAs(
    'client_workload',
    `(${firstOf(OUTSIDE_END, [
      join(`(${fromOutside})`, CONTAINER, SERVER_WORKLOAD, containerWorkload.record),
      processAs('server_workload', `(${fromOutside})`, 'process'),
    ])})`,
  ),
};

function processAs(label: string, expr: string, process: string): string {
  return copyLabel(copyLabel(expr, label, process), label, process, '', 'unknown');
}

/** The names that the graph gives to what is outside: `internet`, `unmanaged` and `overflow`. */
function outsideAs(label: string, expr: string): string {
  const internet = setLabel(expr, label, 'internet');
  const unmanaged = copyLabel(internet, label, 'peer_ip', PRIVATE, 'unmanaged');
  return copyLabel(unmanaged, label, 'peer_ip', 'other', 'overflow');
}
