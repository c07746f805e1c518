import { containerInfo } from '@toposcope/exporter/contract/container-families.js';
import {
  type Container,
  containerKey,
  containerLabel,
  healthOf,
  isStopped,
  readContainers,
  worst,
} from '../graph/containers';
import type { EdgePlacement } from '../graph/edges';
import { type Endpoint, isOutside } from '../graph/endpoint';
import { containerNodeId, imageNodeId } from '../graph/node-id';
import type { NodeSet } from '../graph/node-set';
import { compareText } from '../graph/order';
import { ROWS_A_STEP } from '../graph/steps';
import type { TopologyNode } from '../graph/topology';
import { rateOf } from '../promql/expressions';
import { anyOf, selector } from '../promql/selector';
import { CONTAINER_METRIC_QUERIES, CONTAINER_SERIES, ContainerNumbers } from './container-metrics';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, plural } from './facts';
import { isSelected, type View, type ViewOptions } from './view';

/** A node an image: all containers that run it, on all hosts. */
export const imagesView: View = {
  id: 'images',
  queries: [...CONTAINER_METRIC_QUERIES, 'containerHealth'],
  edges: CONTAINER_EDGES,
  *read(vectors, options, nodes) {
    const containers = yield* readContainers(vectors);
    const numbers = yield* ContainerNumbers.read(vectors);
    const members = new Map<string, Container[]>();
    for (const container of containers.values()) {
      if (!isStopped(container) || options.stopped) {
        addMember(members, container);
      }
    }
    yield;
    const add = (image: string) =>
      nodes.add(imageNodeId(image), () => imageNode(image, members.get(image) ?? [], numbers, options));
    let count = 0;
    for (const [image, group] of members) {
      if (group.some(({ host }) => isSelected(host, options))) {
        add(image);
      }
      if (++count % (ROWS_A_STEP / 8) === 0) {
        yield;
      }
    }
    return placement(nodes, containers, options, add);
  },
};

function placement(
  nodes: NodeSet,
  containers: ReadonlyMap<string, Container>,
  options: ViewOptions,
  add: (image: string) => string,
): EdgePlacement {
  return {
    place(endpoint) {
      if (isOutside(endpoint)) {
        return nodes.addOutside(endpoint);
      }
      if (endpoint.kind === 'host') {
        return nodes.addUncontained(endpoint.host);
      }
      const container = containers.get(containerKey(endpoint.host, endpoint.container));
      return container !== undefined && isStopped(container) && !options.stopped
        ? undefined
        : add(container?.image ?? '');
    },
    keepsLoop: ({ client, server }) => isAnotherContainer(client, server),
  };
}

/** Containers of one image that talk to each other are worth an edge; one that talks to itself is not. */
function isAnotherContainer(client: Endpoint, server: Endpoint): boolean {
  return (
    client.kind === 'container' &&
    server.kind === 'container' &&
    (client.container !== server.container || client.host !== server.host)
  );
}

function imageNode(
  image: string,
  members: readonly Container[],
  numbers: ContainerNumbers,
  options: ViewOptions,
): TopologyNode {
  const keys = members.map(({ host, id }) => containerKey(host, id)).sort(compareText);
  const distinct = (read: (container: Container) => string) =>
    [...new Set(members.map(read))].sort(compareText);
  const hosts = distinct(({ host }) => host);
  const references = distinct(({ imageReference }) => imageReference);
  return {
    id: imageNodeId(image),
    kind: 'image',
    label: image === '' ? 'unknown image' : image,
    sublabel: plural(members.length, 'container'),
    group: hosts.length === 1 ? (hosts[0] ?? '') : '',
    count: members.length,
    health: worst(members.map(healthOf)),
    facts: [
      ...fact('image', 'Image', image),
      ...(references.some((reference) => reference !== image)
        ? fact('reference', 'Started as', ...references)
        : []),
      ...fact('containers', 'Containers', String(members.length)),
      ...fact('image_id', 'Image ids', ...distinct(({ imageId }) => imageId)),
      ...fact('host', 'Hosts', ...hosts),
    ],
    metrics: numbers.ofGroup(keys, expressionsOf(references, options)),
    relatives: [...members]
      .sort((a, b) => compareText(a.name, b.name) || compareText(a.host, b.host) || compareText(a.id, b.id))
      .map((container) => ({
        view: 'containers',
        id: containerNodeId(container.host, container.id),
        label: containerLabel(container),
      })),
  };
}

/** PromQL that sums over the containers of the image, whatever it was called when they were started. */
function expressionsOf(references: readonly string[], { scope }: ViewOptions): readonly string[] {
  const info = selector(containerInfo, [
    ...scope,
    ...anyOf('image', references.length === 0 ? [''] : references),
  ]);
  return CONTAINER_SERIES.map(({ family, form, matchers }) => {
    const conditions = [...scope, ...matchers];
    const series = form === 'rate' ? rateOf(family, conditions) : selector(family, conditions);
    return `sum(${series} and on (host, container_id) ${info})`;
  });
}

function addMember(members: Map<string, Container[]>, container: Container): void {
  const group = members.get(container.image);
  if (group === undefined) {
    members.set(container.image, [container]);
  } else {
    group.push(container);
  }
}
