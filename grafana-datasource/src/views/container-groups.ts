import {
  type Container,
  containerKey,
  containerLabel,
  healthOf,
  unknownContainer,
  worst,
} from '../graph/containers';
import { type Endpoint, isOutside } from '../graph/endpoint';
import { containerNodeId } from '../graph/node-id';
import type { NodeSet } from '../graph/node-set';
import { compareText } from '../graph/order';
import { ROWS_A_STEP, type Steps } from '../graph/steps';
import type { Relative, TopologyNode } from '../graph/topology';
import { rateOf } from '../promql/expressions';
import { anyOf, type Matcher, selector } from '../promql/selector';
import { CONTAINER_METRIC_QUERIES, CONTAINER_SERIES, ContainerNumbers } from './container-metrics';
import { rememberPlaces } from './known-places';
import type { Placement, ViewInput } from './view';
import type { QueryId } from '../promql/queries';

/** How containers are put together: each belongs to one group, which is a node. */
export interface ContainerGrouping {
  /** The id of the group's node. */
  idOf(container: Container): string;
  /** What the members have in common. There may be none: edges name what no other series does. */
  describe(
    members: readonly Container[],
    id: string,
  ): Pick<TopologyNode, 'kind' | 'label' | 'sublabel' | 'group' | 'facts'> &
    Partial<Pick<TopologyNode, 'relatives' | 'health'>>;
  /** Groups that are shown though no member of theirs may be; absent: none. */
  readonly empty?: Iterable<string>;
  /**
   * PromQL of series with host and container_id of the members now and then, such as an info family's. Where it is
   * absent, the members are named one by one.
   */
  membersExpression?(members: readonly Container[], id: string): string;
}

/** What `placeGroups` needs. */
export const GROUP_QUERIES: readonly QueryId[] = [...CONTAINER_METRIC_QUERIES, 'containerHealth'];

/** Makes a node a group, with the sums of its members' numbers. */
export function* placeGroups(
  input: ViewInput,
  nodes: NodeSet,
  grouping: ContainerGrouping,
): Steps<Placement> {
  const { vectors, containers, selection } = input;
  const numbers = yield* ContainerNumbers.read(vectors);
  const groups = new Map<string, Container[]>();
  for (const container of containers.values()) {
    if (selection.shows(container)) {
      addMember(groups, grouping.idOf(container), container);
    }
  }
  yield;
  const add = (id: string) =>
    nodes.add(id, () => groupNode(id, (groups.get(id) ?? []).sort(byName), { grouping, numbers, input }));
  let count = 0;
  for (const [id, members] of groups) {
    if (members.some((member) => selection.chooses(member))) {
      add(id);
    }
    if (++count % (ROWS_A_STEP / 8) === 0) {
      yield;
    }
  }
  for (const id of grouping.empty ?? []) {
    add(id);
  }
  const placeContainer = rememberPlaces((host, id) =>
    add(grouping.idOf(containers.get(containerKey(host, id)) ?? unknownContainer(host, id))),
  );
  return {
    place(endpoint) {
      if (isOutside(endpoint)) {
        return nodes.addOutside(endpoint);
      }
      if (endpoint.kind === 'host') {
        return nodes.addUncontained(endpoint.host);
      }
      return placeContainer(endpoint.host, endpoint.container);
    },
    keepsLoop: ({ client, server }) => isAnotherContainer(client, server),
  };
}

/** The group's name in the layout: what all members have in common, or nothing. */
export function sharedBy(members: readonly Container[], read: (container: Container) => string): string {
  const [first = '', ...others] = distinct(members, read);
  return others.length === 0 ? first : '';
}

export function distinct(
  members: readonly Container[],
  read: (container: Container) => string,
): readonly string[] {
  return [...new Set(members.map(read))].sort(compareText);
}

interface GroupMeans {
  readonly grouping: ContainerGrouping;
  readonly numbers: ContainerNumbers;
  readonly input: ViewInput;
}

function groupNode(
  id: string,
  members: readonly Container[],
  { grouping, numbers, input }: GroupMeans,
): TopologyNode {
  const keys = members.map(({ host, id: container }) => containerKey(host, container)).sort(compareText);
  return {
    id,
    count: Math.max(1, members.length),
    health: worst(members.map(healthOf)),
    metrics: numbers.ofGroup(
      keys,
      groupExpressions(members, grouping.membersExpression?.(members, id), input.options.scope),
    ),
    relatives: containerRelatives(members),
    ...grouping.describe(members, id),
  };
}

export function containerRelatives(members: readonly Container[]): readonly Relative[] {
  return members.map((container) => ({
    view: 'containers',
    id: containerNodeId(container.host, container.id),
    label: containerLabel(container),
  }));
}

/** The sums over the members' series, in the order of `CONTAINER_SERIES`; `info` as of `membersExpression`. */
export function groupExpressions(
  members: readonly Container[],
  info: string | undefined,
  scope: readonly Matcher[],
): readonly string[] {
  const named =
    info === undefined
      ? [
          ...anyOf(
            'host',
            distinct(members, ({ host }) => host),
          ),
          ...anyOf(
            'container_id',
            distinct(members, (container) => container.id),
          ),
        ]
      : [];
  return CONTAINER_SERIES.map(({ family, form, matchers }) => {
    const conditions = [...scope, ...matchers, ...named];
    const series = form === 'rate' ? rateOf(family, conditions) : selector(family, conditions);
    return info === undefined ? `sum(${series})` : `sum(${series} and on (host, container_id) ${info})`;
  });
}

/** Containers of one group that talk to each other are worth an edge; one that talks to itself is not. */
function isAnotherContainer(client: Endpoint, server: Endpoint): boolean {
  return (
    client.kind === 'container' &&
    server.kind === 'container' &&
    (client.container !== server.container || client.host !== server.host)
  );
}

function addMember(groups: Map<string, Container[]>, id: string, container: Container): void {
  const group = groups.get(id);
  if (group === undefined) {
    groups.set(id, [container]);
  } else {
    group.push(container);
  }
}

/** In one order whatever that of the rows. */
export function byName(a: Container, b: Container): number {
  return compareText(a.name, b.name) || compareText(a.host, b.host) || compareText(a.id, b.id);
}
