import { compareText } from '../graph/order';
import type { Process } from '../graph/processes';

/** Processes that are one node: of one name on one host. */
export interface LooseProcesses {
  readonly host: string;
  /** Where they run: a container's id, empty for outside containers; undefined: in several containers. */
  readonly container: string | undefined;
  readonly name: string;
  readonly members: readonly Process[];
}

/** A name that runs without a connection in more containers of a host than these is one node. */
const MOST_CONTAINERS = 3;

/**
 * Puts processes without connections together, so that they do not bury those that have some: as connected ones, by
 * name within a container, and a name that is in many containers, such as a shell that sleeps, once a host.
 *
 * @param groups Processes of one name in one container or outside of all, as `readProcesses` gives them.
 */
export function foldLoose(groups: Iterable<readonly Process[]>): readonly LooseProcesses[] {
  const byName = new Map<string, (readonly Process[])[]>();
  const folded: LooseProcesses[] = [];
  for (const members of groups) {
    const [first] = members;
    if (first === undefined) {
      continue;
    }
    if (first.container === '') {
      folded.push(looseOf(first, first.container, members));
    } else {
      const key = JSON.stringify([first.host, first.name]);
      byName.set(key, [...(byName.get(key) ?? []), members]);
    }
  }
  for (const places of byName.values()) {
    const all = places.flat();
    const [first] = all;
    if (first !== undefined && places.length > MOST_CONTAINERS) {
      const members = all.sort(
        (a, b) => compareText(a.container, b.container) || Number(a.pid) - Number(b.pid),
      );
      folded.push(looseOf(first, undefined, members));
    } else {
      for (const members of places) {
        folded.push(...members.slice(0, 1).map((one) => looseOf(one, one.container, members)));
      }
    }
  }
  return folded;
}

function looseOf(
  { host, name }: Process,
  container: string | undefined,
  members: readonly Process[],
): LooseProcesses {
  return { host, container, name, members };
}
