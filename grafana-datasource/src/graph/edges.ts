import type { EdgeLabel } from '@toposcope/exporter/contract/connection-families.js';
import type { Matcher } from '../promql/selector';
import type { AddressBook } from './address-book';
import type { Connection, Connections } from './connections';
import { edgeExpression } from './edge-expression';
import type { Endpoint, KubernetesEndpoint } from './endpoint';
import { edgeId } from './node-id';
import { compareText } from './order';
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

/** Resolves every row's ends, places them, and adds up the rows of each pair of nodes. */
export function* addUpEdges(sources: EdgeSources, placement: EdgeChoice): Steps<TopologyEdge[]> {
  const { connections, book, labels, scope } = sources;
  const { rows: all, numbers } = connections;
  const hosts = new Set(all.map(({ host }) => host));
  const speaks = (host: string) => hosts.has(host);
  const pairs = new Map<string, { source: string; target: string; connections: Connection[] }>();
  const serverPorts = new Map<Connection, string>();
  for (const [row, connection] of all.entries()) {
    if (row % ROWS_A_STEP === 0) {
      yield;
    }
    const ends = resolve(connection, book, speaks);
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
    const serverPort = serverPortOf(connection, ends, book);
    if (serverPort !== connection.port) {
      serverPorts.set(connection, serverPort);
    }
    const id = edgeId(source, target);
    const pair = pairs.get(id);
    if (pair === undefined) {
      pairs.set(id, { source, target, connections: [connection] });
    } else {
      pair.connections.push(connection);
    }
  }
  const edges: TopologyEdge[] = [];
  for (const [id, { source, target, connections: rows }] of pairs) {
    const links = linksOf(rows, numbers, serverPorts);
    const [only] = links;
    edges.push({
      id,
      source,
      target,
      traffic: links.length === 1 && only !== undefined ? only.traffic : trafficOf(rows, numbers),
      links,
      // Most are never read, and all together they are longer than everything else.
      get expr() {
        return edgeExpression(rows, labels, scope);
      },
    });
    if (edges.length % (ROWS_A_STEP / 8) === 0) {
      yield;
    }
  }
  return edges;
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
