import { ROWS_A_STEP, type Steps } from './steps';
import type { Change, Difference, EdgeLink, Topology, TopologyEdge, TopologyNode } from './topology';

/** Facts that say nothing new when they change, or that change all the time. */
const FLEETING = new Set(['note', 'pid']);

/**
 * The later picture with what the earlier one had besides: every node and edge that is not the same carries its
 * change. Numbers change always and are no change.
 */
export function* compare(later: Topology, earlier: Topology): Steps<Topology> {
  return {
    ...later,
    comparedWith: earlier.at,
    nodes: yield* merge(later.nodes, earlier.nodes, differencesOfNodes),
    edges: yield* merge(later.edges, earlier.edges, differencesOfEdges),
    notices: [
      ...later.notices,
      ...earlier.notices
        .filter(({ severity }) => severity === 'error')
        .map((notice) => ({ ...notice, message: `At the moment compared with: ${notice.message}` })),
    ],
  };
}

interface Changeable {
  readonly id: string;
  readonly change?: Change;
}

/** Both sorted by id, and so is what comes out. */
function* merge<Item extends Changeable>(
  later: readonly Item[],
  earlier: readonly Item[],
  differences: (now: Item, before: Item) => readonly Difference[],
): Steps<readonly Item[]> {
  const merged: Item[] = [];
  let [left, right] = [0, 0];
  for (;;) {
    const [now, before] = [later[left], earlier[right]];
    if (now !== undefined && (before === undefined || now.id < before.id)) {
      merged.push({ ...now, change: { kind: 'added', differences: [] } });
      left++;
    } else if (before !== undefined && (now === undefined || before.id < now.id)) {
      merged.push({ ...before, change: { kind: 'removed', differences: [] } });
      right++;
    } else if (now === undefined || before === undefined) {
      return merged;
    } else {
      const found = differences(now, before);
      merged.push(found.length === 0 ? now : { ...now, change: { kind: 'changed', differences: found } });
      left++;
      right++;
    }
    if (merged.length % ROWS_A_STEP === 0) {
      yield;
    }
  }
}

function differencesOfNodes(now: TopologyNode, before: TopologyNode): readonly Difference[] {
  const differences: Difference[] = [];
  const add = (label: string, earlier: string, later: string) => {
    if (earlier !== later) {
      differences.push({ label, before: earlier, after: later });
    }
  };
  add('Name', before.label, now.label);
  if (now.health !== before.health) {
    add('Condition', before.health, now.health);
  }
  const [earlier, later] = [factTexts(before), factTexts(now)];
  for (const key of new Set([...later.keys(), ...earlier.keys()])) {
    const { label } = later.get(key) ?? earlier.get(key) ?? { label: key };
    add(label, earlier.get(key)?.text ?? '', later.get(key)?.text ?? '');
  }
  return differences;
}

function factTexts({ facts }: TopologyNode): ReadonlyMap<string, { label: string; text: string }> {
  return new Map(
    facts
      .filter(({ key }) => !FLEETING.has(key))
      .map(({ key, label, values }) => [key, { label, text: values.join(', ') }]),
  );
}

function differencesOfEdges(now: TopologyEdge, before: TopologyEdge): readonly Difference[] {
  const [earlier, later] = [portsOf(before.links), portsOf(now.links)];
  const differences = earlier === later ? [] : [{ label: 'Ports', before: earlier, after: later }];
  const [failed, fails] = [before.traffic.failed > 0, now.traffic.failed > 0];
  return failed === fails
    ? differences
    : [...differences, { label: 'Failures', before: failed ? 'yes' : 'no', after: fails ? 'yes' : 'no' }];
}

function portsOf(links: readonly EdgeLink[]): string {
  return links
    .map(({ protocol, port }) => `${protocol}/${port}`)
    .sort()
    .join(', ');
}
