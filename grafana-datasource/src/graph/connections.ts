import type { QueryId } from '../promql/queries';
import { ROWS_A_STEP, type Steps } from './steps';
import { label, sample } from './vector';
import type { Vectors } from './vectors';

/** One row of the connection families, all its numbers joined. See the labels in the metric contract. */
export interface Connection {
  readonly host: string;
  readonly container: string;
  readonly process: string;
  readonly role: 'client' | 'server';
  readonly protocol: string;
  readonly port: string;
  readonly peerIp: string;
  readonly actualPeerIp: string;
  readonly actualPort: string;
  readonly peerContainer: string;
  readonly peerProcess: string;
  readonly peerName: string;
  /** Per second, but `open`; absent where nothing was measured. */
  readonly numbers: Partial<Record<EdgeNumber, number>>;
}

const EDGE_QUERIES = {
  open: 'edgeOpen',
  opened: 'edgeOpened',
  closed: 'edgeClosed',
  failed: 'edgeFailed',
  sent: 'edgeSent',
  received: 'edgeReceived',
  retransmits: 'edgeRetransmits',
  rttSum: 'edgeRttSum',
  rttCount: 'edgeRttCount',
} as const satisfies Record<string, QueryId>;
export type EdgeNumber = keyof typeof EDGE_QUERIES;
export const EDGE_QUERY_IDS: readonly QueryId[] = Object.values(EDGE_QUERIES);

const IDENTITY = [
  'host',
  'container_id',
  'process',
  'role',
  'protocol',
  'port',
  'peer_ip',
  'actual_peer_ip',
  'actual_port',
  'peer_container_id',
  'peer_process',
  'peer_name',
] as const;

/** Joins the answers about edges on their labels. Rows without a host or of an unknown role are left out. */
export function* joinConnections(vectors: Vectors): Steps<readonly Connection[]> {
  const connections = new Map<string, Connection>();
  for (const [number, query] of Object.entries(EDGE_QUERIES) as [EdgeNumber, QueryId][]) {
    const vector = vectors[query];
    if (vector === undefined) {
      continue;
    }
    const columns = IDENTITY.map((name) => label(vector, name));
    for (let row = 0; row < vector.size; row++) {
      const value = sample(vector, row);
      let key = '';
      for (const column of columns) {
        key += `${column(row)}\n`;
      }
      let connection = connections.get(key);
      if (connection === undefined) {
        connection = connectionOf(columns.map((column) => column(row)));
        if (connection === undefined) {
          continue;
        }
        connections.set(key, connection);
      }
      if (value !== undefined) {
        connection.numbers[number] ??= value;
      }
      if (row % ROWS_A_STEP === 0) {
        yield;
      }
    }
  }
  return [...connections.values()];
}

function connectionOf(labels: readonly string[]): Connection | undefined {
  const [host = '', container = '', process = '', role = '', protocol = '', port = '', ...peer] = labels;
  const [
    peerIp = '',
    actualPeerIp = '',
    actualPort = '',
    peerContainer = '',
    peerProcess = '',
    peerName = '',
  ] = peer;
  if (host === '' || (role !== 'client' && role !== 'server')) {
    return undefined;
  }
  return {
    host,
    container,
    process,
    role,
    protocol,
    port,
    peerIp,
    actualPeerIp,
    actualPort,
    peerContainer,
    peerProcess,
    peerName,
    numbers: {},
  };
}
