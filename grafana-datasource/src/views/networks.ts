import { type Container, containerLabel } from '../graph/containers';
import { isOutside } from '../graph/endpoint';
import { containerNodeId, edgeId, hostNodeId, nodeId } from '../graph/node-id';
import { type Network, readNetworks } from '../graph/networks';
import { ROWS_A_STEP } from '../graph/steps';
import type { TopologyEdge, TopologyNode } from '../graph/topology';
import { NO_TRAFFIC } from '../graph/traffic';
import { CONTAINER_NODE_QUERIES, readContainerNodes } from './containers';
import { byName } from './container-groups';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, plural } from './facts';
import type { View } from './view';

/** A node a container and a node a network; an edge says that the container is in the network. */
export const networksView: View = {
  id: 'networks',
  queries: CONTAINER_NODE_QUERIES,
  edges: CONTAINER_EDGES,
  showsConnections: false,
  *read(input, nodes) {
    const { vectors, options, containers, selection, book } = input;
    const nodeOf = yield* readContainerNodes(vectors, options);
    const networks = yield* readNetworks(vectors, book);
    const edges: TopologyEdge[] = [];
    let count = 0;
    const add = (container: Container) =>
      nodes.add(containerNodeId(container.host, container.id), () => nodeOf(container));
    for (const network of networks) {
      const members = [...network.members.keys()].flatMap((key) => containers.get(key) ?? []);
      const shown = members.filter((member) => selection.shows(member)).sort(byName);
      if (!shown.some((member) => selection.chooses(member))) {
        continue;
      }
      const target = nodes.add(networkId(network), () => networkNode(network, shown));
      for (const member of shown) {
        edges.push(membership(add(member), target));
        if (++count % (ROWS_A_STEP / 8) === 0) {
          yield;
        }
      }
    }
    for (const container of containers.values()) {
      if (selection.chooses(container)) {
        add(container);
      }
    }
    return {
      place: (endpoint) =>
        isOutside(endpoint) || endpoint.kind === 'host'
          ? undefined
          : containerNodeId(endpoint.host, endpoint.container),
      keepsLoop: () => false,
      edges,
    };
  },
};

function networkId({ host, name }: Network): string {
  return nodeId('network', host, name);
}

function networkNode(network: Network, members: readonly Container[]): TopologyNode {
  const { name, host, hosts } = network;
  return {
    id: networkId(network),
    kind: 'network',
    label: name === '' ? 'unnamed network' : name,
    sublabel: `${plural(members.length, 'container')}${host === '' ? ` on ${plural(hosts.length, 'host')}` : ''}`,
    group: host,
    count: 1,
    health: 'unknown',
    facts: [
      ...fact('network', 'Network', name),
      ...fact('containers', 'Containers', String(members.length)),
      ...fact('host', hosts.length === 1 ? 'Host' : 'Hosts', ...hosts),
      ...fact('reach', 'Reach', host === '' ? 'several hosts' : 'this host only'),
    ],
    metrics: [],
    relatives: [
      ...members.map(
        (container) =>
          ({
            view: 'containers',
            id: containerNodeId(container.host, container.id),
            label: containerLabel(container),
          }) as const,
      ),
      ...hosts.map((on) => ({ view: 'hosts', id: hostNodeId(on), label: on }) as const),
    ],
  };
}

function membership(source: string, target: string): TopologyEdge {
  return {
    id: edgeId(source, target),
    source,
    target,
    traffic: NO_TRAFFIC,
    links: [],
    expr: '',
    kind: 'membership',
  };
}
