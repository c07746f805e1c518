import type { EdgeLabel } from '@toposcope/exporter/contract/connection-families.js';
import type { Matcher } from '../promql/selector';
import type { AddressBook } from './address-book';
import { ConnectionEdge } from './connection-edge';
import type { Connection, Connections } from './connections';
import type { Endpoint, KubernetesEndpoint } from './endpoint';
import { edgeId } from './node-id';
import { compareText } from './order';
import { Pairs } from './pairs';
import { type Ends, resolve } from './resolve';
import { ROWS_A_STEP, type Steps } from './steps';
import type { EdgeLink, TopologyEdge } from './topology';
import { bytesOf, trafficOf } from './traffic';

/** What a view decides about edges. */
export interface EdgePlacement {
  /**
   * The node that an endpoint belongs to, which then exists; undefined when the view does not show it. `dialled` is the
   * Kubernetes Service through which it was reached, where that is known.
   */
  place(endpoint: Endpoint, dialled?: KubernetesEndpoint): string | undefined;
  /** Whether a row between these ends, both of one node, is shown as an edge from the node to itself. */
  keepsLoop(ends: Ends): boolean;
}

/** The same, and what the query leaves out. */
export interface EdgeChoice extends EdgePlacement {
  keeps(ends: Ends): boolean;
}

export interface EdgeSources {
  readonly connections: Connections;
  readonly book: AddressBook;
  /** The labels that the view asked for, and the conditions that every query carries. */
  readonly labels: ReadonlySet<EdgeLabel>;
  readonly scope: readonly Matcher[];
}

/** Resolves every row's ends, places them, and adds up the rows of each pair of nodes. Sorted by id. */
export function* addUpEdges(sources: EdgeSources, placement: EdgeChoice): Steps<TopologyEdge[]> {
  const { connections, book, labels, scope } = sources;
  const { pairs, serverPorts } = yield* pairUp(connections.rows, book, placement);
  const expressions = { labels, matchers: scope };
  const edges: TopologyEdge[] = [];
  for (const { source, target, rows } of yield* pairs.sorted()) {
    const links = linksOf(rows, connections.numbers, serverPorts);
    const [only] = links;
    const traffic =
      links.length === 1 && only !== undefined ? only.traffic : trafficOf(rows, connections.numbers);
    const id = edgeId(source, target);
    edges.push(new ConnectionEdge({ id, source, target, traffic, links }, rows, expressions));
    if (edges.length % EDGES_A_STEP === 0) {
      yield;
    }
  }
  return edges;
}

const EDGES_A_STEP = ROWS_A_STEP / 2;

interface Paired {
  readonly pairs: Pairs;
  /** Of rows whose server listens on another port than was dialled. */
  readonly serverPorts: ReadonlyMap<Connection, string>;
}

function* pairUp(rows: readonly Connection[], book: AddressBook, placement: EdgeChoice): Steps<Paired> {
  const speaking = new Set<string>();
  for (const { host } of rows) {
    speaking.add(host);
  }
  yield;
  const speaks = (host: string) => speaking.has(host);
  const pairs = new Pairs();
  const serverPorts = new Map<Connection, string>();
  let count = 0;
  for (const row of rows) {
    if (++count % EDGES_A_STEP === 0) {
      yield;
    }
    const ends = resolve(row, book, speaks);
    if (ends === undefined || !placement.keeps(ends)) {
      continue;
    }
    const source = placement.place(ends.client);
    const target = source === undefined ? undefined : placement.place(ends.server, ends.dialled);
    if (source === undefined || target === undefined) {
      continue;
    }
    if (source === target && !placement.keepsLoop(ends)) {
      continue;
    }
    const serverPort = serverPortOf(row, ends, book);
    if (serverPort !== row.port) {
      serverPorts.set(row, serverPort);
    }
    pairs.add(source, target, row);
  }
  return { pairs, serverPorts };
}

/** The port that the server itself listens on, as far as that is known: what was dialled may be a Service's. */
function serverPortOf(
  { role, protocol, port, actualPort }: Connection,
  { server }: Ends,
  book: AddressBook,
): string {
  if (role === 'server' || port === '') {
    return port;
  }
  if (actualPort !== '') {
    return actualPort;
  }
  return server.kind === 'service' ? book.kubernetes.targetPort(server, protocol, port) : port;
}

/** By protocol and the port that was dialled. */
function linksOf(
  connections: readonly Connection[],
  numbers: Connections['numbers'],
  serverPorts: ReadonlyMap<Connection, string>,
): readonly EdgeLink[] {
  if (connections.length === 1) {
    return [linkOf(connections, numbers, serverPorts)];
  }
  const links = new Map<string, Connection[]>();
  for (const connection of connections) {
    const key = `${connection.protocol}/${connection.port}`;
    const link = links.get(key);
    if (link === undefined) {
      links.set(key, [connection]);
    } else {
      link.push(connection);
    }
  }
  return [...links.values()]
    .map((rows) => linkOf(rows, numbers, serverPorts))
    .sort(
      (a, b) =>
        bytesOf(b.traffic) - bytesOf(a.traffic) ||
        compareText(a.protocol, b.protocol) ||
        compareText(a.port, b.port),
    );
}

function linkOf(
  rows: readonly Connection[],
  numbers: Connections['numbers'],
  serverPorts: ReadonlyMap<Connection, string>,
): EdgeLink {
  const { protocol = '', port = '' } = rows[0] ?? {};
  const traffic = trafficOf(rows, numbers);
  if (!rows.some((row) => serverPorts.has(row))) {
    return { protocol, port, traffic };
  }
  const ports = new Set(rows.map((row) => serverPorts.get(row) ?? port));
  return { protocol, port, serverPorts: [...ports].sort(compareText), traffic };
}
