import type { QueryId } from '../promql/queries';
import { ROWS_A_STEP, type Steps } from './steps';
import { EMPTY_VECTOR, sample, type Vector } from './vector';
import type { Vectors } from './vectors';

/** One row of the connection families, all its numbers joined. See the labels in the metric contract. */
export class Connection {
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

  /** How many are open now. All others are per second. Undefined where nothing was measured. */
  open: number | undefined;
  opened: number | undefined;
  closed: number | undefined;
  failed: number | undefined;
  sent: number | undefined;
  received: number | undefined;
  retransmits: number | undefined;
  rttSum: number | undefined;
  rttCount: number | undefined;

  constructor(role: 'client' | 'server', columns: Columns, row: number) {
    const text = (name: keyof Columns) => columns[name][row] ?? '';
    this.host = text('host');
    this.container = text('container');
    this.process = text('process');
    this.role = role;
    this.protocol = text('protocol');
    this.port = text('port');
    this.peerIp = text('peerIp');
    this.actualPeerIp = text('actualPeerIp');
    this.actualPort = text('actualPort');
    this.peerContainer = text('peerContainer');
    this.peerProcess = text('peerProcess');
    this.peerName = text('peerName');
  }

  equals(columns: Columns, row: number): boolean {
    return (
      this.peerIp === (columns.peerIp[row] ?? '') &&
      this.container === (columns.container[row] ?? '') &&
      this.port === (columns.port[row] ?? '') &&
      this.host === (columns.host[row] ?? '') &&
      this.role === (columns.role[row] ?? '') &&
      this.process === (columns.process[row] ?? '') &&
      this.protocol === (columns.protocol[row] ?? '') &&
      this.actualPeerIp === (columns.actualPeerIp[row] ?? '') &&
      this.actualPort === (columns.actualPort[row] ?? '') &&
      this.peerContainer === (columns.peerContainer[row] ?? '') &&
      this.peerProcess === (columns.peerProcess[row] ?? '') &&
      this.peerName === (columns.peerName[row] ?? '')
    );
  }
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
type EdgeNumber = keyof typeof EDGE_QUERIES;
export const EDGE_QUERY_IDS: readonly QueryId[] = Object.values(EDGE_QUERIES);

const LABELS = {
  host: 'host',
  container: 'container_id',
  process: 'process',
  role: 'role',
  protocol: 'protocol',
  port: 'port',
  peerIp: 'peer_ip',
  actualPeerIp: 'actual_peer_ip',
  actualPort: 'actual_port',
  peerContainer: 'peer_container_id',
  peerProcess: 'peer_process',
  peerName: 'peer_name',
} as const;
type Column = ArrayLike<string | null | undefined>;
type Columns = Readonly<Record<keyof typeof LABELS, Column>>;

/**
 * Joins the answers about edges on their labels. Left out are rows without a host or of an unknown role, and servers'
 * rows whose client is named: it is on the same host, so its own row says the same.
 */
export function* joinConnections(vectors: Vectors): Steps<readonly Connection[]> {
  const connections: Connection[] = [];
  const places = new Map<string, number>();
  for (const [number, query] of Object.entries(EDGE_QUERIES) as [EdgeNumber, QueryId][]) {
    const vector = vectors[query] ?? EMPTY_VECTOR;
    const columns = columnsOf(vector);
    // Prometheus mostly gives the families' rows in one order: the row after the last one is a good guess.
    let place = 0;
    for (let row = 0; row < vector.size; row++) {
      if (row % ROWS_A_STEP === 0) {
        yield;
      }
      const role = columns.role[row];
      if ((role !== 'client' && role !== 'server') || !columns.host[row] || isSaidByClient(columns, row)) {
        continue;
      }
      let connection = connections[place];
      if (connection?.equals(columns, row) !== true) {
        const key = keyOf(columns, row);
        place = places.get(key) ?? connections.length;
        places.set(key, place);
        connection = connections[place] ??= new Connection(role, columns, row);
      }
      connection[number] ??= sample(vector, row);
      place++;
    }
  }
  return connections;
}

function isSaidByClient({ role, peerContainer, peerProcess }: Columns, row: number): boolean {
  return role[row] === 'server' && ((peerContainer[row] ?? '') !== '' || (peerProcess[row] ?? '') !== '');
}

function columnsOf({ labels }: Vector): Columns {
  const columns = Object.entries(LABELS).map(([name, label]) => [name, labels.get(label) ?? []]);
  return Object.fromEntries(columns) as Columns;
}

function keyOf(columns: Columns, row: number): string {
  let key = '';
  for (const name of Object.keys(LABELS) as (keyof Columns)[]) {
    key += `${columns[name][row] ?? ''}\n`;
  }
  return key;
}
