import { listenerInfo } from '@toposcope/exporter/contract/connection-families.js';
import { containerAddressInfo, containerPortInfo } from '@toposcope/exporter/contract/container-families.js';
import { hostAddressInfo } from '@toposcope/exporter/contract/host-families.js';
import { copyLabel, distinct, firstOf, join, onePer } from '../../promql/labels.js';
import { is, isNot, matchesNot, select } from '../../promql/select.js';
import type { Recording } from '../rule.js';
import { containerWorkload } from './container-workload.js';
import { CONTAINER, LOOPBACK, SERVER_WORKLOAD } from './keys.js';

const hostAddresses = distinct(
  ['cluster', 'ip', 'host'],
  select(hostAddressInfo, { scope: is('global'), ip: matchesNot(LOOPBACK) }),
);

/** A bridge's address is on every host that runs an engine, and says nothing about which one is meant. */
export const addressHost: Recording = {
  record: 'toposcope:address_host:info',
  help: 'The host that an address belongs to, for addresses that only one host has. Always 1.',
  labels: ['cluster', 'server_ip', 'server_host'],
  expr: distinct(
    ['cluster', 'server_ip', 'server_host'],
    copyLabel(
      copyLabel(
        `(${hostAddresses} and on (cluster, ip) count by (cluster, ip) (${hostAddresses}) == 1)`,
        'server_ip',
        'ip',
      ),
      'server_host',
      'host',
    ),
  ),
};

const containerAddresses = distinct([...CONTAINER, 'ip'], select(containerAddressInfo, { ip: isNot('') }));

const hostsOfAddress = distinct(['cluster', 'ip', 'host'], select(containerAddressInfo, { ip: isNot('') }));

/** The containers of a pod share an address, and are one workload; a bridge's addresses are on many hosts. */
const workloadsOfAddress = distinct(
  ['cluster', 'ip', ...SERVER_WORKLOAD],
  `(${join(
    `(${containerAddresses} and on (cluster, ip) count by (cluster, ip) (${hostsOfAddress}) == 1)`,
    CONTAINER,
    SERVER_WORKLOAD,
    containerWorkload.record,
  )})`,
);

export const addressWorkload: Recording = {
  record: 'toposcope:address_workload:info',
  help: 'The workload that a container’s address belongs to, for addresses that only one workload on one host has. Always 1.',
  labels: ['cluster', 'server_ip', ...SERVER_WORKLOAD],
  expr: distinct(
    ['cluster', 'server_ip', ...SERVER_WORKLOAD],
    copyLabel(
      `(${workloadsOfAddress} and on (cluster, ip) count by (cluster, ip) (${workloadsOfAddress}) == 1)`,
      'server_ip',
      'ip',
    ),
  ),
};

const SERVER_PORT = ['cluster', 'server_host', 'server_port', 'protocol'] as const;

const published = copyLabel(
  copyLabel(
    join(
      select(containerPortInfo, { host_ip: matchesNot(LOOPBACK) }),
      CONTAINER,
      SERVER_WORKLOAD,
      containerWorkload.record,
    ),
    'server_port',
    'host_port',
  ),
  'server_host',
  'host',
);

/** A container without addresses of its own shares the host's network. */
const hostNetwork = copyLabel(
  copyLabel(
    join(
      `(${select(listenerInfo, { container_id: isNot(''), ip: matchesNot(LOOPBACK) })} unless on (${CONTAINER.join(', ')}) ${select(containerAddressInfo)})`,
      CONTAINER,
      SERVER_WORKLOAD,
      containerWorkload.record,
    ),
    'server_port',
    'port',
  ),
  'server_host',
  'host',
);

/** The engine's own proxy listens for containers, which are in `published`. */
const uncontained = copyLabel(
  copyLabel(
    copyLabel(
      select(listenerInfo, {
        container_id: is(''),
        ip: matchesNot(LOOPBACK),
        process: matchesNot('|docker-proxy|rootlessport|conmon'),
      }),
      'server_workload',
      'process',
    ),
    'server_port',
    'port',
  ),
  'server_host',
  'host',
);

const serverPorts = (expr: string) => distinct([...SERVER_PORT, ...SERVER_WORKLOAD], expr);

export const portWorkload: Recording = {
  record: 'toposcope:port_workload:info',
  help: 'The workload that answers on a port of a host: published, on the host’s network, or outside containers. Always 1.',
  labels: [...SERVER_PORT, ...SERVER_WORKLOAD],
  expr: onePer(
    SERVER_PORT,
    firstOf(SERVER_PORT, [serverPorts(published), serverPorts(hostNetwork), serverPorts(uncontained)]),
  ),
};
