import {
  connectionReceivedBytes,
  connectionSentBytes,
  type EdgeLabel,
} from '@toposcope/exporter/contract/connection-families.js';
import { rateOf } from '../promql/expressions';
import { allOf, anyOf, equals, type Matcher } from '../promql/selector';
import type { Connection } from './connections';
import { compareText } from './order';

/** Past this many selectors an expression is too long to be read or sent. */
const MOST_SELECTORS = 32;

/**
 * PromQL of the bytes per second, both ways, of the rows that make an edge. Rows that differ only in their own container
 * or peer address share a selector: within one host, whoever of this end dials one of these addresses at this port
 * reaches the same node, so the selector's cross product holds no row of another edge.
 */
export function edgeExpression(
  connections: readonly Connection[],
  labels: ReadonlySet<EdgeLabel>,
  scope: readonly Matcher[],
): string {
  const groups = groupsOf(connections).map((group) => [allOf([...scope, ...matchersOf(group, labels)])]);
  const sum = (family: typeof connectionSentBytes) =>
    `sum(${groups.map((matchers) => rateOf(family, matchers)).join(' or ')})`;
  return `${sum(connectionSentBytes)} + ${sum(connectionReceivedBytes)}`;
}

/** Rows of one selector; `perHost` as long as it names what tells rows of one host apart. */
interface Group {
  readonly rows: readonly [Connection, ...Connection[]];
  readonly perHost: boolean;
}

function groupsOf(connections: readonly Connection[]): readonly Group[] {
  const [only] = connections;
  if (only !== undefined && connections.length === 1) {
    return [{ rows: [only], perHost: true }];
  }
  const perHost = groupBy(connections, (row) =>
    [row.host, row.role, row.protocol, row.port, row.actualPeerIp, row.peerContainer, row.peerProcess].join(
      '\n',
    ),
  );
  if (perHost.length <= MOST_SELECTORS) {
    return perHost.map((rows) => ({ rows, perHost: true }));
  }
  // Over all hosts it may count a row too many, where an address means something else on another host.
  return groupBy(connections, (row) => [row.role, row.protocol, row.port].join('\n')).map((rows) => ({
    rows,
    perHost: false,
  }));
}

function groupBy(
  connections: readonly Connection[],
  key: (connection: Connection) => string,
): readonly [Connection, ...Connection[]][] {
  const groups = new Map<string, [Connection, ...Connection[]]>();
  for (const connection of connections) {
    const name = key(connection);
    const group = groups.get(name);
    if (group === undefined) {
      groups.set(name, [connection]);
    } else {
      group.push(connection);
    }
  }
  return [...groups].sort(([a], [b]) => compareText(a, b)).map(([, group]) => group);
}

function matchersOf({ rows, perHost }: Group, labels: ReadonlySet<EdgeLabel>): readonly Matcher[] {
  const [sample] = rows;
  const matchers = [
    ...anyOf(
      'host',
      distinct(rows, ({ host }) => host),
    ),
  ];
  if (labels.has('container_id')) {
    matchers.push(
      ...anyOf(
        'container_id',
        distinct(rows, ({ container }) => container),
      ),
    );
  }
  if (labels.has('process')) {
    matchers.push(
      ...anyOf(
        'process',
        distinct(rows, ({ process }) => process),
      ),
    );
  }
  matchers.push(
    equals('role', sample.role),
    equals('protocol', sample.protocol),
    equals('port', sample.port),
    ...anyOf(
      'peer_ip',
      distinct(rows, ({ peerIp }) => peerIp),
    ),
  );
  if (perHost && sample.actualPeerIp !== '') {
    matchers.push(equals('actual_peer_ip', sample.actualPeerIp));
  }
  if (perHost && sample.peerContainer !== '' && labels.has('peer_container_id')) {
    matchers.push(equals('peer_container_id', sample.peerContainer));
  }
  if (perHost && sample.peerProcess !== '' && labels.has('peer_process')) {
    matchers.push(equals('peer_process', sample.peerProcess));
  }
  return matchers;
}

function distinct(rows: readonly Connection[], read: (row: Connection) => string): readonly string[] {
  return rows.length === 1 ? rows.map(read) : [...new Set(rows.map(read))].sort(compareText);
}
