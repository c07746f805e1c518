/**
 * `cluster` is a label that people who run several clusters give their targets (or their rulers); where it is not set
 * it is empty on both sides of every join. Host names and addresses repeat between clusters, so every key holds it.
 */
export const CONTAINER = ['cluster', 'host', 'container_id'] as const;

export const CLIENT_WORKLOAD = ['client_namespace', 'client_workload'] as const;
export const SERVER_WORKLOAD = ['server_namespace', 'server_workload'] as const;

/** What tells one edge between workloads from another. */
export const WORKLOAD_EDGE = ['cluster', ...CLIENT_WORKLOAD, ...SERVER_WORKLOAD, 'protocol', 'port'] as const;

/** The client's end of an edge's row. */
export const CLIENT_END = ['cluster', 'host', 'container_id', 'process'] as const;

/** The server's end, as a client's row knows it. */
export const SERVER_END = [
  'cluster',
  'host',
  'protocol',
  'port',
  'peer_ip',
  'actual_peer_ip',
  'actual_port',
  'peer_container_id',
  'peer_process',
  'peer_name',
] as const;

/** A server's row whose client is on no monitored host. */
export const OUTSIDE_END = ['cluster', 'host', 'container_id', 'process', 'peer_ip'] as const;

export const LOOPBACK = '127\\..*|::1';

/** RFC 1918, RFC 6598 (carrier NAT), RFC 3927 and RFC 4193, RFC 4291 (link-local). */
export const PRIVATE =
  '10\\..*|192\\.168\\..*|172\\.(1[6-9]|2[0-9]|3[01])\\..*|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\..*|169\\.254\\..*|127\\..*|f[cd].*|fe[89ab].*|::1';
