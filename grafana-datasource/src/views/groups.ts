import type { Container } from '../graph/containers';
import { nodeId } from '../graph/node-id';
import { readAttributes } from '../graph/attributes';
import { distinct, GROUP_QUERIES, placeGroups, sharedBy } from './container-groups';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, plural } from './facts';
import { GROUP_ANSWER } from './own-queries';
import type { View } from './view';

/** A node a value of a label: all containers that carry it, or whose host does. */
export const groupsView: View = {
  id: 'groups',
  queries: [...GROUP_QUERIES, 'containerWorkload', 'containerLabels', 'hostInfo'],
  edges: CONTAINER_EDGES,
  *read(input, nodes) {
    const { vectors, options, own } = input;
    const label = options.groupBy?.label ?? '';
    const valueOf = yield* readAttributes(label, vectors, own.get(GROUP_ANSWER));
    return yield* placeGroups(input, nodes, {
      idOf: (container) => nodeId('group', label, valueOf(container)),
      describe(members, id) {
        const value = valueIn(members, valueOf) ?? id.slice(id.lastIndexOf('/') + 1);
        return {
          kind: 'group',
          label: value === '' ? `no ${label}` : value,
          sublabel: plural(members.length, 'container'),
          group: sharedBy(members, ({ host }) => host),
          facts: [
            ...fact('label', 'Label', label),
            ...fact('value', 'Value', value),
            ...fact('containers', 'Containers', String(members.length)),
            ...fact('image', 'Images', ...distinct(members, ({ image }) => image)),
            ...fact('host', 'Hosts', ...distinct(members, ({ host }) => host)),
          ],
        };
      },
    });
  },
};

function valueIn(
  [first]: readonly Container[],
  valueOf: (container: Container) => string,
): string | undefined {
  return first === undefined ? undefined : valueOf(first);
}
