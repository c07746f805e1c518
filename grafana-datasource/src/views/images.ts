import { containerInfo } from '@toposcope/exporter/contract/container-families.js';
import type { Container } from '../graph/containers';
import { imageNodeId } from '../graph/node-id';
import { anyOf, type Matcher, selector } from '../promql/selector';
import { type ContainerGrouping, distinct, GROUP_QUERIES, placeGroups, sharedBy } from './container-groups';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, plural } from './facts';
import type { View } from './view';

/** A node an image: all containers that run it, on all hosts. */
export const imagesView: View = {
  id: 'images',
  queries: GROUP_QUERIES,
  edges: CONTAINER_EDGES,
  read: (input, nodes) => placeGroups(input, nodes, byImage(input.options.scope)),
};

function byImage(scope: readonly Matcher[]): ContainerGrouping {
  return {
    idOf: ({ image }) => imageNodeId(image),
    describe(members) {
      const image = imageOf(members);
      const references = distinct(members, ({ imageReference }) => imageReference);
      return {
        kind: 'image',
        label: image === '' ? 'unknown image' : image,
        sublabel: plural(members.length, 'container'),
        group: sharedBy(members, ({ host }) => host),
        facts: [
          ...fact('image', 'Image', image),
          ...(references.some((reference) => reference !== image)
            ? fact('reference', 'Started as', ...references)
            : []),
          ...fact('containers', 'Containers', String(members.length)),
          ...fact('image_id', 'Image ids', ...distinct(members, ({ imageId }) => imageId)),
          ...fact('host', 'Hosts', ...distinct(members, ({ host }) => host)),
        ],
      };
    },
    /** Of the containers of the image, whatever it was called when they were started. */
    membersExpression(members) {
      const references = distinct(members, ({ imageReference }) => imageReference);
      return selector(containerInfo, [
        ...scope,
        ...anyOf('image', references.length === 0 ? [''] : references),
      ]);
    },
  };
}

function imageOf([member]: readonly Container[]): string {
  return member?.image ?? '';
}
