import {
  type Container,
  containerLabel,
  containerKey,
  healthOf,
  isStopped,
  readContainers,
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
import { equals, type Matcher, selector } from '../promql/selector';
import { CONTAINER_FACT_QUERIES, readContainerFacts } from './container-facts';
import { CONTAINER_METRIC_QUERIES, CONTAINER_SERIES, ContainerNumbers } from './container-metrics';
import { CONTAINER_EDGES } from './edge-scopes';
import { isSelected, type View, type ViewOptions } from './view';

/** A node a container; what runs outside containers is one node a host. */
export const containersView: View = {
  id: 'containers',
  queries: [...CONTAINER_FACT_QUERIES, ...CONTAINER_METRIC_QUERIES, 'containerHealth', 'groupProcesses'],
  edges: CONTAINER_EDGES,
  *read(vectors, options, nodes) {
    const containers = yield* readContainers(vectors);
    const nodeOf = yield* readNodes(vectors, options);
    const add = (container: Container) =>
      isStopped(container) && !options.stopped
        ? undefined
        : nodes.add(containerNodeId(container.host, container.id), () => nodeOf(container));
    let count = 0;
    for (const container of containers.values()) {
      if (isSelected(container.host, options)) {
        add(container);
      }
      if (++count % (ROWS_A_STEP / 8) === 0) {
        yield;
      }
    }
    return placement(
      nodes,
      remember((host, id) => add(containers.get(containerKey(host, id)) ?? unknownContainer(host, id))),
    );
  },
};

function placement(
  nodes: NodeSet,
  placeContainer: (host: string, id: string) => string | undefined,
): EdgePlacement {
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

/** A container has many edges: what was found for one is found for all. */
function remember(
  place: (host: string, id: string) => string | undefined,
): (host: string, id: string) => string | undefined {
  const hosts = new Map<string, Map<string, string | undefined>>();
  return (host, id) => {
    let known = hosts.get(host);
    if (known === undefined) {
      known = new Map();
      hosts.set(host, known);
    }
    if (!known.has(id)) {
      known.set(id, place(host, id));
    }
    return known.get(id);
  };
}

function* readNodes(vectors: Vectors, options: ViewOptions): Steps<(container: Container) => TopologyNode> {
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
