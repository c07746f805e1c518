import {
  connectionReceivedBytes,
  connectionRetransmits,
  connectionRtt,
  connectionSentBytes,
  connectionsFailed,
  connectionsOpen,
  connectionsOpened,
} from '@toposcope/exporter/contract/connection-families.js';
import { join } from '../../promql/labels.js';
import { is, select, selectCount, selectSum } from '../../promql/select.js';
import type { Recording } from '../rule.js';
import { edgeClient, edgeOutsideClient, edgeServer } from './edge-ends.js';
import {
  CLIENT_END,
  CLIENT_WORKLOAD,
  OUTSIDE_END,
  SERVER_END,
  SERVER_WORKLOAD,
  WORKLOAD_EDGE,
} from './keys.js';

const client = { role: is('client') };
const server = { role: is('server'), peer_container_id: is(''), peer_process: is('') };
const rate = (selector: string) => `rate(${selector}[5m])`;

export const workloadEdgeOpen = workloadEdge(
  'open:sum',
  'Connections between two workloads that are open now.',
  sumOver(select(connectionsOpen, client), select(connectionsOpen, server)),
);

export const workloadEdgeOpened = workloadEdge(
  'opened:rate5m',
  'Connections established each second.',
  sumOver(rate(select(connectionsOpened, client)), rate(select(connectionsOpened, server))),
);

export const workloadEdgeFailed = workloadEdge(
  'failed:rate5m',
  'Connection attempts each second that were never established.',
  sumOver(rate(select(connectionsFailed, client)), rate(select(connectionsFailed, server))),
);

export const workloadEdgeRequestBytes = workloadEdge(
  'request_bytes:rate5m',
  'Payload bytes each second from the client to the server.',
  sumOver(rate(select(connectionSentBytes, client)), rate(select(connectionReceivedBytes, server))),
);

export const workloadEdgeResponseBytes = workloadEdge(
  'response_bytes:rate5m',
  'Payload bytes each second from the server to the client.',
  sumOver(rate(select(connectionReceivedBytes, client)), rate(select(connectionSentBytes, server))),
);

export const workloadEdgeRetransmits = workloadEdge(
  'retransmitted_segments:rate5m',
  'TCP segments that the client (for edges from outside: the server) sent again each second.',
  sumOver(rate(select(connectionRetransmits, client)), rate(select(connectionRetransmits, server))),
);

export const workloadEdgeRtt = workloadEdge(
  'rtt_seconds:mean5m',
  'Mean of the smoothed round-trip times in seconds.',
  `${sumOver(rate(selectSum(connectionRtt, client)), rate(selectSum(connectionRtt, server)))}
/
(${sumOver(rate(selectCount(connectionRtt, client)), rate(selectCount(connectionRtt, server)))} > 0)`,
);

function workloadEdge(name: string, help: string, expr: string): Recording {
  return { record: `toposcope:workload_edge_${name}`, help, labels: WORKLOAD_EDGE, expr };
}

/** Rates are taken of each row before anything is added up, so that a counter's reset stays its own. */
function sumOver(byClient: string, byServer: string): string {
  const told = join(
    join(byClient, CLIENT_END, CLIENT_WORKLOAD, edgeClient.record),
    SERVER_END,
    SERVER_WORKLOAD,
    edgeServer.record,
  );
  const untold = join(
    byServer,
    OUTSIDE_END,
    ['client_workload', ...SERVER_WORKLOAD],
    edgeOutsideClient.record,
  );
  return `sum by (${WORKLOAD_EDGE.join(', ')}) (\n${told}\nor\n${untold}\n)`;
}
