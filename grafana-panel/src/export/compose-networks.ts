import type { Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { Document } from 'yaml';
import { commentOf, factValues, whenSeen, YAML_OPTIONS } from './seen';

/** For whatever leaves the project, or comes from without. */
const OUTSIDE = 'outside';

/**
 * Networks for Compose projects that join those that were seen to talk, and nobody else: a network for each service that is
 * called, shared with its callers. One YAML document a project, to be merged with its own file.
 *
 * @param topology Of the workloads view.
 */
export function composeNetworks(topology: Topology): string {
  const projects = new Map<string, TopologyNode[]>();
  for (const node of topology.nodes.filter(isComposeService)) {
    const project = factOf(node, 'namespace');
    projects.set(project, [...(projects.get(project) ?? []), node]);
  }
  const documents = [...projects]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([project, services]) => networksOf(project, services, topology));
  return documents.join('---\n');
}

function networksOf(project: string, members: readonly TopologyNode[], topology: Topology): string {
  const names = new Map(members.map((node) => [node.id, factOf(node, 'workload')]));
  const networks = new Map<string, Set<string>>(members.map(({ id }) => [names.get(id) ?? '', new Set()]));
  const join = (service: string, network: string) => networks.get(service)?.add(network);
  for (const { source, target } of topology.edges.filter(({ kind }) => kind === undefined)) {
    const [client, server] = [names.get(source), names.get(target)];
    if (client !== undefined && server !== undefined) {
      join(client, networkTo(server));
      join(server, networkTo(server));
    } else {
      join(client ?? '', OUTSIDE);
      join(server ?? '', OUTSIDE);
    }
  }
  const services = [...networks].filter(([, joined]) => joined.size > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const used = [...new Set(services.flatMap(([, joined]) => [...joined]))].sort();
  const silent = [...networks].filter(([, joined]) => joined.size === 0).map(([name]) => name);
  const document = new Document(
    {
      services: Object.fromEntries(
        services.map(([name, joined]) => [name, { networks: [...joined].sort() }]),
      ),
      // Nothing leaves an internal network, so that only what was seen to talk to the outside can.
      networks: Object.fromEntries(used.map((name) => [name, name === OUTSIDE ? {} : { internal: true }])),
    },
    YAML_OPTIONS,
  );
  document.commentBefore = commentOf([
    `Who was seen to talk in the Compose project ${project} ${whenSeen(topology)}.`,
    'Merge it into the project’s file after you have looked it through: what did not talk then could not any more.',
    ...(silent.length === 0
      ? []
      : [`Without any connection, and left as they are: ${silent.sort().join(', ')}`]),
  ]);
  return document.toString();
}

/** Whether networks can be proposed for it. */
export function isComposeService(node: TopologyNode): boolean {
  return node.kind === 'workload' && factOf(node, 'orchestrator') === 'Compose';
}

function networkTo(service: string): string {
  return `to-${service.replaceAll(/[^\w.-]/g, '-')}`;
}

function factOf(node: TopologyNode, key: string): string {
  return factValues(node, key)[0] ?? '';
}
