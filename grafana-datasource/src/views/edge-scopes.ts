import type { EdgeLabel } from '@toposcope/exporter/contract/connection-families.js';
import type { EdgeScope } from '../promql/queries';
import { equals } from '../promql/selector';

/** What tells who the peer is. */
const PEER: readonly EdgeLabel[] = [
  'role',
  'protocol',
  'port',
  'peer_ip',
  'actual_peer_ip',
  'actual_port',
  'peer_name',
];

/** Between hosts: what a host's own processes and containers say to each other is not asked for. */
export const HOST_EDGES: EdgeScope = {
  labels: PEER,
  matchers: [equals('peer_container_id', ''), equals('peer_process', '')],
};

/**
 * Between containers: whose process it is at this end is added up; at the other end its name still tells a process of
 * the host from an unknown peer. Loopback stays inside a container.
 */
export const CONTAINER_EDGES: EdgeScope = {
  labels: [...PEER, 'container_id', 'peer_container_id', 'peer_process'],
  matchers: [],
};

export const PROCESS_EDGES: EdgeScope = {
  labels: [...PEER, 'container_id', 'process', 'peer_container_id', 'peer_process'],
  matchers: [],
};
