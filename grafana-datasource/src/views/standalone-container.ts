import { type Container, containerLabel, healthOf } from '../graph/containers';
import { hostNodeId, imageNodeId } from '../graph/node-id';
import type { TopologyNode } from '../graph/topology';
import { fact } from './facts';

/** What is said of a container in a view whose nodes are wider than containers; undefined: an edge alone names it. */
export function standaloneContainer(
  container: Container | undefined,
  id: string,
): Pick<TopologyNode, 'kind' | 'label' | 'sublabel' | 'group' | 'facts'> &
  Partial<Pick<TopologyNode, 'relatives'>> {
  if (container === undefined) {
    const label = id.slice(id.lastIndexOf('/') + 1);
    return { kind: 'container', label, sublabel: '', group: '', facts: [] };
  }
  const { host, image } = container;
  return {
    kind: 'container',
    label: containerLabel(container),
    sublabel: image,
    group: '',
    facts: [
      ...fact('state', 'State', container.state),
      ...fact('image', 'Image', image),
      ...fact('host', 'Host', host),
      ...fact('id', 'Container id', container.id),
    ],
    relatives: [
      { view: 'containers', id, label: containerLabel(container) },
      { view: 'hosts', id: hostNodeId(host), label: host },
      ...(image === '' ? [] : [{ view: 'images', id: imageNodeId(image), label: image } as const]),
    ],
  };
}

/** The same as a whole node, for a view that shows it for an edge's sake only. */
export function standaloneNode(container: Container, id: string): TopologyNode {
  return {
    id,
    count: 1,
    health: healthOf(container),
    metrics: [],
    relatives: [],
    ...standaloneContainer(container, id),
  };
}
