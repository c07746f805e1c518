import {
  type Container,
  containerLabel,
  containerKey,
  healthOf,
  unknownContainer,
} from '../graph/containers';
import type { EdgePlacement } from '../graph/edges';
import { isOutside } from '../graph/endpoint';
import { textsBy } from '../graph/indexes';
import { containerNodeId, hostNodeId, imageNodeId, processNameNodeId } from '../graph/node-id';
import type { NodeSet } from '../graph/node-set';
import { ROWS_A_STEP, type Steps } from '../graph/steps';
import type { Relative, TopologyNode } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import { rateOf } from '../promql/expressions';
import type { QueryId } from '../promql/queries';
import { equals, type Matcher, selector } from '../promql/selector';
import { CONTAINER_FACT_QUERIES, readContainerFacts } from './container-facts';
import { CONTAINER_METRIC_QUERIES, CONTAINER_SERIES, ContainerNumbers } from './container-metrics';
import { CONTAINER_EDGES } from './edge-scopes';
import { rememberPlaces } from './known-places';
import type { View, ViewOptions } from './view';

/** What `readContainerNodes` needs, besides what every view's edges need. */
export const CONTAINER_NODE_QUERIES: readonly QueryId[] = [
  ...CONTAINER_FACT_QUERIES,
  ...CONTAINER_METRIC_QUERIES,
  'containerHealth',
  'groupProcesses',
];

/** A node a container; what runs outside containers is one node a host. */
export const containersView: View = {
  id: 'containers',
  queries: CONTAINER_NODE_QUERIES,
  edges: CONTAINER_EDGES,
  *read({ vectors, options, containers, selection }, nodes) {
    const nodeOf = yield* readContainerNodes(vectors, options);
    const add = (container: Container) =>
      nodes.add(containerNodeId(container.host, container.id), () => nodeOf(container));
    let count = 0;
    for (const container of containers.values()) {
      if (selection.chooses(container)) {
        add(container);
      }
      if (++count % (ROWS_A_STEP / 8) === 0) {
        yield;
      }
    }
    return placement(
      nodes,
      rememberPlaces((host, id) => add(containers.get(containerKey(host, id)) ?? unknownContainer(host, id))),
    );
  },
};

function placement(nodes: NodeSet, placeContainer: (host: string, id: string) => string): EdgePlacement {
  return {
    place(endpoint) {
      if (isOutside(endpoint)) {
        return nodes.addOutside(endpoint);
      }
      return endpoint.kind === 'host'
        ? nodes.addUncontained(endpoint.host)
        : placeContainer(endpoint.host, endpoint.container);
    },
    keepsLoop: () => false,
  };
}

/** Returns what makes the node of a container. */
export function* readContainerNodes(
  vectors: Vectors,
  options: ViewOptions,
): Steps<(container: Container) => TopologyNode> {
  const facts = yield* readContainerFacts(vectors);
  const numbers = yield* ContainerNumbers.read(vectors);
  const expressionsOf = containerExpressions(options);
  const processes = yield* textsBy(vectors.groupProcesses, ['host', 'container_id'], (read) => read('name'));
  return (container) => {
    const { host, id, image } = container;
    return {
      id: containerNodeId(host, id),
      kind: 'container',
      label: containerLabel(container),
      sublabel: image === '' ? host : image,
      group: host,
      count: 1,
      health: healthOf(container),
      facts: facts(container),
      metrics: numbers.ofContainer(host, id, expressionsOf(container)),
      relatives: relativesOf(container, processes.get(containerKey(host, id)) ?? []),
    };
  };
}

function relativesOf({ host, image }: Container, processes: readonly string[]): readonly Relative[] {
  return [
    { view: 'hosts', id: hostNodeId(host), label: host },
    ...(image === '' ? [] : [{ view: 'images', id: imageNodeId(image), label: image } as const]),
    ...processes.map(
      (name) => ({ view: 'process-names', id: processNameNodeId(name), label: name }) as const,
    ),
  ];
}

/** The expressions are the same for all containers but for the condition that names one. */
function containerExpressions({ scope }: ViewOptions): (container: Container) => readonly string[] {
  const place = 'container_id=""' as Matcher;
  const templates = CONTAINER_SERIES.map(({ family, form, matchers }) => {
    const conditions = [...scope, ...matchers, place];
    const series = form === 'rate' ? rateOf(family, conditions) : selector(family, conditions);
    const [before = '', after = ''] = `sum(${series})`.split(place);
    return { before, after };
  });
  return ({ host, id }) => {
    const own = `${equals('host', host)},${equals('container_id', id)}`;
    return templates.map(({ before, after }) => before + own + after);
  };
}
