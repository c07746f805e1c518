import {
  connectionReceivedBytes,
  connectionSentBytes,
  type EdgeLabel,
} from '@toposcope/exporter/contract/connection-families.js';
import { rateOf } from '../promql/expressions';
import { anyOf, equals, type Matcher } from '../promql/selector';
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
  labels: readonly EdgeLabel[],
  scope: readonly Matcher[],
): string {
  const byHost = selectors(connections, labels, true);
  // Without the hosts it may count a row too many, where an address means something else on another host.
  const groups = byHost.length > MOST_SELECTORS ? selectors(connections, labels, false) : byHost;
  const sum = (family: typeof connectionSentBytes) =>
    `sum(${groups.map((matchers) => rateOf(family, [...scope, ...matchers])).join(' or ')})`;
  return `${sum(connectionSentBytes)} + ${sum(connectionReceivedBytes)}`;
}

interface Group {
  readonly sample: Connection;
  readonly hosts: Set<string>;
  readonly containers: Set<string>;
  readonly processes: Set<string>;
  readonly peers: Set<string>;
}

function selectors(
  connections: readonly Connection[],
  labels: readonly EdgeLabel[],
  perHost: boolean,
): readonly (readonly Matcher[])[] {
  const groups = new Map<string, Group>();
  for (const sample of connections) {
    const { host, role, protocol, port, actualPeerIp, peerContainer, peerProcess } = sample;
    const key = perHost
      ? [host, role, protocol, port, actualPeerIp, peerContainer, peerProcess].join('\n')
      : [role, protocol, port].join('\n');
    let group = groups.get(key);
    if (group === undefined) {
      group = { sample, hosts: new Set(), containers: new Set(), processes: new Set(), peers: new Set() };
      groups.set(key, group);
    }
    group.hosts.add(sample.host);
    group.containers.add(sample.container);
    group.processes.add(sample.process);
    group.peers.add(sample.peerIp);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, group]) => matchersOf(group, new Set(labels), perHost));
}

function matchersOf(group: Group, labels: ReadonlySet<EdgeLabel>, perHost: boolean): readonly Matcher[] {
  const { sample, hosts, containers, processes, peers } = group;
  const exact: readonly (readonly [EdgeLabel, string])[] = [
    ['actual_peer_ip', sample.actualPeerIp],
    ['peer_container_id', sample.peerContainer],
    ['peer_process', sample.peerProcess],
  ];
  return [
    ...anyOf('host', sorted(hosts)),
    ...(labels.has('container_id') ? anyOf('container_id', sorted(containers)) : []),
    ...(labels.has('process') ? anyOf('process', sorted(processes)) : []),
    equals('role', sample.role),
    equals('protocol', sample.protocol),
    equals('port', sample.port),
    ...anyOf('peer_ip', sorted(peers)),
    ...exact
      .filter(([name, value]) => perHost && value !== '' && labels.has(name))
      .map(([name, value]) => equals(name, value)),
  ];
}

function sorted(values: ReadonlySet<string>): readonly string[] {
  return [...values].sort(compareText);
}
