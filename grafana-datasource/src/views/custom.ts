import { edgeId, nodeId } from '../graph/node-id';
import { eachRow, type Read } from '../graph/indexes';
import type { NodeSet } from '../graph/node-set';
import type { Steps } from '../graph/steps';
import type { Fact, Metric, Notice, TopologyEdge, TopologyNode } from '../graph/topology';
import { NO_TRAFFIC } from '../graph/traffic';
import type { Vector } from '../graph/vector';
import { selected } from '../promql/selector';
import type { CustomEdges, CustomNodes } from '../query';
import { customAnswer } from './own-queries';
import type { View, ViewInput } from './view';

/** Past this the picture says nothing and the page stands still; a slip in a label makes such pictures. */
const MOST_EDGES = 100_000;

/** Nodes and edges of the user's own PromQL, such as the client and server labels of a service graph. */
export const customView = customViewOf(MOST_EDGES);

/** The same with another number of edges at the most. */
export function customViewOf(most: number): View {
  return {
    id: 'custom',
    queries: [],
    edges: { labels: [], matchers: [] },
    showsConnections: false,
    *read(input, nodes) {
      const { edges: edgeSpecs = [], nodes: nodeSpecs = [] } = input.options.custom ?? {};
      for (const [index, spec] of nodeSpecs.entries()) {
        yield* addNodes(spec, index, input, nodes);
      }
      const edges = new Map<string, TopologyEdge>();
      let omitted = 0;
      for (const [index, spec] of edgeSpecs.entries()) {
        const vector = input.own.get(customAnswer('edges', index));
        omitted += yield* addEdges(spec, vector, nodes, { edges, most });
      }
      return {
        place: () => undefined,
        keepsLoop: () => false,
        edges: [...edges.values()],
        notices: omitted === 0 ? [] : [tooMany(omitted, most)],
      };
    },
  };
}

/** One node a value of the label; its series are added up. */
function* addNodes(spec: CustomNodes, index: number, { own }: ViewInput, nodes: NodeSet): Steps<void> {
  const label = orDefault(spec.label, 'service');
  const found = new Map<string, { value: number | undefined; facts: readonly Fact[] }>();
  const vector = own.get(customAnswer('nodes', index));
  yield* eachRow(vector, (read, value) => {
    const name = read(label);
    if (name !== '') {
      const known = found.get(name);
      found.set(name, {
        value: sum(known?.value, value),
        facts: known?.facts ?? factsOf(vector, read, label),
      });
    }
  });
  for (const [name, { value, facts }] of found) {
    const metric: Metric = {
      key: `custom-${index}`,
      label: orDefault(spec.name, 'Value'),
      unit: orDefault(spec.unit, 'short'),
      value: value ?? null,
      limit: spec.max !== undefined && spec.max > 0 ? spec.max : null,
      expr: `sum(${selected(spec.expr, label, name)})`,
    };
    const id = customId(name);
    const node = nodes.add(id, () => customNode(name, facts));
    nodes.extend(node, (known) => ({ ...known, metrics: [...known.metrics, metric] }));
  }
}

function tooMany(omitted: number, most: number): Notice {
  return {
    severity: 'warning',
    message: `The PromQL names more than ${most} pairs: ${omitted} series are left out.`,
    action: 'Add its series up by fewer labels, or choose some of them.',
  };
}

/** Returns how many series are left out. */
function* addEdges(
  spec: CustomEdges,
  vector: Vector | undefined,
  nodes: NodeSet,
  { edges, most }: { readonly edges: Map<string, TopologyEdge>; readonly most: number },
): Steps<number> {
  let omitted = 0;
  const [from, to] = [orDefault(spec.source, 'client'), orDefault(spec.target, 'server')];
  yield* eachRow(vector, (read, value) => {
    const [client, server] = [read(from), read(to)];
    if (client === '' || server === '' || value === undefined) {
      return;
    }
    const [source, target] = [customId(client), customId(server)];
    const id = edgeId(source, target);
    const known = edges.get(id);
    if (known === undefined && edges.size >= most) {
      omitted++;
      return;
    }
    nodes.add(source, () => customNode(client, []));
    nodes.add(target, () => customNode(server, []));
    edges.set(id, {
      id,
      source,
      target,
      traffic: NO_TRAFFIC,
      links: [],
      expr: known?.expr ?? `sum(${selected(selected(spec.expr, from, client), to, server)})`,
      kind: 'custom',
      // Several edge queries tell different things in different units: the first is the edge's own.
      value:
        known?.value !== undefined && known.value.label !== nameOf(spec)
          ? known.value
          : {
              label: nameOf(spec),
              unit: orDefault(spec.unit, 'short'),
              value: (known?.value?.value ?? 0) + value,
            },
    });
  });
  return omitted;
}

function nameOf({ name }: CustomEdges): string {
  return orDefault(name, 'Value');
}

function customId(name: string): string {
  return nodeId('custom', name);
}

function customNode(name: string, facts: readonly Fact[]): TopologyNode {
  return {
    id: customId(name),
    kind: 'custom',
    label: name,
    sublabel: '',
    group: '',
    count: 1,
    health: 'unknown',
    facts,
    metrics: [],
    relatives: [],
  };
}

/** The other labels of its first series. */
function factsOf(vector: Vector | undefined, read: Read, label: string): readonly Fact[] {
  const names = [...(vector?.labels.keys() ?? [])].filter((name) => name !== label && name !== '__name__');
  return names
    .sort()
    .flatMap((name) => (read(name) === '' ? [] : [{ key: name, label: name, values: [read(name)] }]));
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

function orDefault(text: string | undefined, preset: string): string {
  return text === undefined || text.trim() === '' ? preset : text.trim();
}
