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

/** All rows, and their numbers in columns: per second, but `open`; NaN where nothing was measured. */
export interface Connections {
  readonly rows: readonly Connection[];
  readonly numbers: Readonly<Record<EdgeNumber, Float64Array>>;
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
  const answers = Object.values(EDGE_QUERIES).map((query) => vectors[query] ?? EMPTY_VECTOR);
  const blank = new Array<string>(Math.max(...answers.map(({ size }) => size))).fill('');
  const places = new Places();
  const placesOf: Int32Array[] = [];
  let before: Columns | undefined;
  for (const [index, vector] of answers.entries()) {
    const columns = columnsOf(vector, blank);
    // Prometheus mostly gives families of the same series in one order.
    const last = placesOf[index - 1];
    const isSame =
      last !== undefined &&
      before !== undefined &&
      last.length === vector.size &&
      (yield* haveSameRows(columns, before, vector.size));
    placesOf.push(isSame ? last : yield* places.ofRows(columns, vector.size));
    before = columns;
  }
  const { rows } = places;
  const columns: [string, Float64Array][] = [];
  for (const [index, name] of Object.keys(EDGE_QUERIES).entries()) {
    const vector = answers[index] ?? EMPTY_VECTOR;
    columns.push([name, yield* inPlace(vector, placesOf[index] ?? new Int32Array(0), rows.length)]);
  }
  return { rows, numbers: Object.fromEntries(columns) as Record<EdgeNumber, Float64Array> };
}

/** The samples where their rows stand; of rows that say the same, the first. */
function* inPlace(vector: Vector, places: Int32Array, size: number): Steps<Float64Array> {
  const column = new Float64Array(size).fill(NaN);
  for (let row = 0; row < vector.size; row++) {
    const place = places[row] ?? NOWHERE;
    if (place !== NOWHERE && Number.isNaN(column[place])) {
      column[place] = sample(vector, row) ?? NaN;
    }
    if (row % NUMBERS_A_STEP === 0) {
      yield;
    }
  }
  return column;
}

/** Of a row that is left out. */
const NOWHERE = -1;
/** Numbers and texts that are just copied or compared. */
const NUMBERS_A_STEP = 64 * ROWS_A_STEP;

function* haveSameRows(a: Columns, b: Columns, size: number): Steps<boolean> {
  for (const name of Object.keys(LABELS) as (keyof Columns)[]) {
    const [left, right] = [a[name], b[name]];
    if (left === right) {
      continue;
    }
    for (let row = 0; row < size; row++) {
      if ((left[row] ?? '') !== (right[row] ?? '')) {
        return false;
      }
      if (row % NUMBERS_A_STEP === 0) {
        yield;
      }
    }
  }
  return true;
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

/** The rows of all answers, each connection once. */
class Places {
  readonly rows: Connection[] = [];
  /** By what tells most rows apart: the last such row, and for each row the one before it. Made when it is needed. */
  readonly #lastOf = new Map<string, number>();
  readonly #before: number[] = [];

  /** Where the rows stand; new ones are added. */
  *ofRows(columns: Columns, size: number): Steps<Int32Array> {
    const places = new Int32Array(size).fill(NOWHERE);
    // A family that leaves rows out, such as those without a round trip, has the others in the same order.
    let place = 0;
    for (let row = 0; row < size; row++) {
      if (row % ROWS_A_STEP === 0) {
        yield;
      }
      const role = columns.role[row];
      if ((role !== 'client' && role !== 'server') || !columns.host[row] || isSaidByClient(columns, row)) {
        continue;
      }
      place = this.#find(columns, row, place);
      if (place === this.rows.length) {
        this.rows.push(new Connection(place, role, columns, row));
      }
      places[row] = place++;
    }
    return places;
  }

  /** Where the row stands, looked for from the guess on; the number of rows when it is new. */
  #find(columns: Columns, row: number, guess: number): number {
    const end = Math.min(guess + LOOK_AHEAD, this.rows.length);
    for (let place = guess; place < end; place++) {
      if (this.rows[place]?.equals(columns, row) === true) {
        return place;
      }
    }
    this.#catchUp();
    const key = shortKey(columns.container[row], columns.peerIp[row], columns.port[row]);
    for (let place = this.#lastOf.get(key); place !== undefined && place >= 0; place = this.#before[place]) {
      if (this.rows[place]?.equals(columns, row) === true) {
        return place;
      }
    }
    return this.rows.length;
  }

  #catchUp(): void {
    for (let place = this.#before.length; place < this.rows.length; place++) {
      const { container = '', peerIp = '', port = '' } = this.rows[place] ?? {};
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
