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
  const places = new Places(rows);
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
      place = places.find(columns, row, place);
      if (place === rows.length) {
        rows.push(new Connection(place, role, columns, row));
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

/** How far ahead a row is looked for before all are: families leave out rows, such as those without a round trip. */
const LOOK_AHEAD = 8;

/** Finds the rows that are the same connection. */
class Places {
  readonly #rows: readonly Connection[];
  /** By what tells most rows apart: the last such row, and for each row the one before it. Made when it is needed. */
  readonly #lastOf = new Map<string, number>();
  readonly #before: number[] = [];

  constructor(rows: readonly Connection[]) {
    this.#rows = rows;
  }

  /** Where the row stands, looked for from the guess on; the number of rows when it is new. */
  find(columns: Columns, row: number, guess: number): number {
    const end = Math.min(guess + LOOK_AHEAD, this.#rows.length);
    for (let place = guess; place < end; place++) {
      if (this.#rows[place]?.equals(columns, row) === true) {
        return place;
      }
    }
    this.#catchUp();
    const key = shortKey(columns.container[row], columns.peerIp[row], columns.port[row]);
    for (let place = this.#lastOf.get(key); place !== undefined && place >= 0; place = this.#before[place]) {
      if (this.#rows[place]?.equals(columns, row) === true) {
        return place;
      }
    }
    return this.#rows.length;
  }

  #catchUp(): void {
    for (let place = this.#before.length; place < this.#rows.length; place++) {
      const { container = '', peerIp = '', port = '' } = this.#rows[place] ?? {};
      const key = shortKey(container, peerIp, port);
      this.#before.push(this.#lastOf.get(key) ?? -1);
      this.#lastOf.set(key, place);
    }
  }
}

type Cell = string | null | undefined;

function shortKey(container: Cell, peerIp: Cell, port: Cell): string {
  return `${container ?? ''}/${peerIp ?? ''}/${port ?? ''}`;
}
