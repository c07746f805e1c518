import type { QueryId } from '../promql/queries';
import { ROWS_A_STEP, type Steps } from './steps';
import { EMPTY_VECTOR, sample, type Vector } from './vector';
import type { Vectors } from './vectors';

/** Who one row of the connection families is about. See the labels in the metric contract. */
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

  /** Where its numbers stand in the columns of `Connections`. */
  readonly place: number;

  constructor(place: number, role: 'client' | 'server', columns: Columns, row: number) {
    this.host = columns.host[row] ?? '';
    this.container = columns.container[row] ?? '';
    this.process = columns.process[row] ?? '';
    this.role = role;
    this.protocol = columns.protocol[row] ?? '';
    this.port = columns.port[row] ?? '';
    this.peerIp = columns.peerIp[row] ?? '';
    this.actualPeerIp = columns.actualPeerIp[row] ?? '';
    this.actualPort = columns.actualPort[row] ?? '';
    this.peerContainer = columns.peerContainer[row] ?? '';
    this.peerProcess = columns.peerProcess[row] ?? '';
    this.peerName = columns.peerName[row] ?? '';
    this.place = place;
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

/** All rows, and their numbers in columns: per second, but `open`; absent where nothing was measured. */
export interface Connections {
  readonly rows: readonly Connection[];
  readonly numbers: Readonly<Record<EdgeNumber, readonly (number | undefined)[]>>;
}

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
export function* joinConnections(vectors: Vectors): Steps<Connections> {
  const rows: Connection[] = [];
  const numbers = Object.fromEntries(
    Object.keys(EDGE_QUERIES).map((name) => [name, []]),
  ) as unknown as Record<EdgeNumber, (number | undefined)[]>;
  const places = new Map<string, number>();
  const longest = Math.max(...EDGE_QUERY_IDS.map((query) => vectors[query]?.size ?? 0));
  const blank = new Array<string>(longest).fill('');
  for (const [name, query] of Object.entries(EDGE_QUERIES) as [EdgeNumber, QueryId][]) {
    const vector = vectors[query] ?? EMPTY_VECTOR;
    const columns = columnsOf(vector, blank);
    const column = numbers[name];
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
      if (rows[place]?.equals(columns, row) !== true) {
        const key = keyOf(columns, row);
        place = places.get(key) ?? rows.length;
        if (place === rows.length) {
          places.set(key, place);
          rows.push(new Connection(place, role, columns, row));
        }
      }
      column[place] ??= sample(vector, row);
      place++;
    }
  }
  return { rows, numbers };
}

function isSaidByClient({ role, peerContainer, peerProcess }: Columns, row: number): boolean {
  return role[row] === 'server' && ((peerContainer[row] ?? '') !== '' || (peerProcess[row] ?? '') !== '');
}

/** A label that no row carries is blank in all, which is much faster to read than an array that ends too early. */
function columnsOf({ labels }: Vector, blank: Column): Columns {
  const columns = Object.entries(LABELS).map(([name, label]) => [name, labels.get(label) ?? blank]);
  return Object.fromEntries(columns) as Columns;
}

function keyOf(columns: Columns, row: number): string {
  let key = '';
  for (const name of Object.keys(LABELS) as (keyof Columns)[]) {
    key += `${columns[name][row] ?? ''}\n`;
  }
  return key;
}
