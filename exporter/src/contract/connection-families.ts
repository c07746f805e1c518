import { familiesOf } from './family.js';

const { gauge, counter, summary } = familiesOf('connection');

/**
 * The labels of an edge seen from one end, `host` aside. The role of this end decides which port is a label:
 * the dialled one for a client, the listening one for a server. Ephemeral ports never appear.
 */
export const EDGE_LABELS = [
  'container_id',
  'process',
  'role',
  'protocol',
  'local_ip',
  'port',
  'peer_ip',
  'actual_peer_ip',
  'actual_port',
  'peer_container_id',
  'peer_process',
  'peer_name',
] as const;
export type EdgeLabel = (typeof EDGE_LABELS)[number];

const labels = EDGE_LABELS;
const exists =
  'From the first connection of the edge until it has been idle for --edges.idle, or for a minute when its container is gone.';
const cap =
  '--edges.limit edges a host and --edges.container-limit a container; the rest is one row, peer_ip="other"';

export const connectionsOpen = gauge('toposcope_connections_open', {
  help: 'Connections of the edge that are open now.',
  labels,
  exists,
  cap,
});

export const connectionsOpened = counter('toposcope_connections_opened_total', {
  help: 'Connections of the edge that were established, short-lived ones included.',
  labels,
  exists,
  cap,
});

export const connectionsClosed = counter('toposcope_connections_closed_total', {
  help: 'Established connections of the edge that have ended.',
  labels,
  exists,
  cap,
});

export const connectionsFailed = counter('toposcope_connections_failed_total', {
  help: 'Connection attempts of the edge that were never established.',
  labels,
  exists,
  cap,
});

export const connectionSentBytes = counter('toposcope_connection_sent_bytes_total', {
  help: 'Payload bytes that this end sent, short-lived connections included.',
  labels,
  exists,
  cap,
});

export const connectionReceivedBytes = counter('toposcope_connection_received_bytes_total', {
  help: 'Payload bytes that this end received, short-lived connections included.',
  labels,
  exists,
  cap,
});

export const connectionRetransmits = counter('toposcope_connection_retransmitted_segments_total', {
  help: 'TCP segments that this end sent again.',
  labels,
  exists: 'For TCP edges read through netlink.',
  cap,
});

export const connectionRtt = summary('toposcope_connection_rtt_seconds', {
  help: 'Smoothed round-trip times: one sample a socket a pass, and one at its close.',
  labels,
  exists: 'For TCP edges read through netlink.',
  cap,
});

export const listenerInfo = gauge('toposcope_listener_info', {
  help: 'A listening socket; always 1. Process is the eldest that holds it; published is yes when the runtime publishes the port on the host.',
  labels: ['container_id', 'process', 'protocol', 'ip', 'port', 'published'],
  exists: 'While the socket listens.',
  cap: '--edges.listener-limit listeners a host',
});

export const connectionsUnattributed = counter('toposcope_connections_unattributed_total', {
  help: 'Connections that could not be given to a container or process, by reason.',
  labels: ['reason'],
  exists: 'One for each reason that has occurred.',
});

export const netlinkOverruns = counter('toposcope_netlink_overruns_total', {
  help: 'Times at which the kernel said that events were lost; each is followed by a full pass.',
  labels: [],
  exists: 'In netlink mode.',
});

export const netlinkEvents = counter('toposcope_netlink_events_total', {
  help: 'Netlink messages received, by kind.',
  labels: ['kind'],
  exists: 'In netlink mode.',
});
