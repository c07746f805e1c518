import type {
  Metric,
  Topology,
  TopologyEdge,
  TopologyNode,
} from 'toposcope-topology-datasource/graph/topology';
import { HEALTH_NAMES, KIND_NAMES } from '../panel/view-names';

/** A node as a search sees it. */
export interface Searchable {
  readonly id: string;
  /** Everything that can be read on it. */
  readonly texts: readonly string[];
  /** What nobody reads but may paste, in small letters: any short word is somewhere in the middle of one. */
  readonly identifiers: readonly string[];
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly numbers: ReadonlyMap<string, FieldNumber>;
}

export interface FieldNumber {
  readonly value: number;
  /** What 100 % is; null: nothing is known to compare a share with. */
  readonly whole: number | null;
  /** A moment, Unix seconds: compared by its age. */
  readonly isMoment: boolean;
}

/** All nodes of a topology, ready to be searched. */
export function searchablesOf({ nodes, edges }: Topology): Searchable[] {
  const edgesOf = new Map<string, TopologyEdge[]>();
  for (const edge of edges.filter(({ kind }) => kind !== 'membership')) {
    for (const end of new Set([edge.source, edge.target])) {
      const list = edgesOf.get(end);
      if (list) {
        list.push(edge);
      } else {
        edgesOf.set(end, [edge]);
      }
    }
  }
  return nodes.map((node) => searchableOf(node, edgesOf.get(node.id) ?? []));
}

/** Names of fields that at least one node has. */
export function fieldNamesOf(nodes: readonly Searchable[]): Set<string> {
  const names = new Set<string>();
  for (const { fields, numbers } of nodes) {
    for (const name of fields.keys()) {
      names.add(name);
    }
    for (const name of numbers.keys()) {
      names.add(name);
    }
  }
  return names;
}

function searchableOf(node: TopologyNode, edges: readonly TopologyEdge[]): Searchable {
  const fields = new Map<string, string[]>();
  const numbers = new Map<string, FieldNumber>();
  const add = (name: string, ...values: readonly string[]) => {
    const present = values.filter((value) => value !== '');
    const list = fields.get(name);
    if (list) {
      list.push(...present);
    } else if (present.length > 0) {
      fields.set(name, present);
    }
  };
  add('name', node.label);
  add('kind', node.kind, KIND_NAMES[node.kind]);
  add('health', node.health, HEALTH_NAMES[node.health]);
  add('group', node.group);
  add('detail', node.sublabel);
  for (const { key, label, values, format } of node.facts) {
    add(fieldName(key), ...(format === 'time' ? [] : values));
    const number = Number(values[0]);
    if (values.length === 1 && values[0] !== '' && Number.isFinite(number)) {
      for (const name of [fieldName(key), fieldName(label)]) {
        numbers.set(name, { value: number, whole: null, isMoment: format === 'time' });
      }
    }
  }
  for (const { view, label } of node.relatives) {
    add(view.replace(/s$/, ''), label);
  }
  for (const { name, severity } of node.alerts ?? []) {
    add('alert', name, severity);
  }
  for (const metric of node.metrics) {
    addMetric(numbers, metric);
  }
  for (const { links } of edges) {
    add('port', ...links.map(({ port }) => port));
    add('protocol', ...links.map(({ protocol }) => protocol));
  }
  const plain = (value: number): FieldNumber => ({ value, whole: null, isMoment: false });
  numbers.set('count', plain(node.count));
  numbers.set('inbound', plain(edges.filter(({ target }) => target === node.id).length));
  numbers.set('outbound', plain(edges.filter(({ source }) => source === node.id).length));
  numbers.set('failed', plain(sumOf(edges, ({ traffic }) => traffic.failed)));
  numbers.set(
    'bytes',
    plain(sumOf(edges, ({ traffic }) => (traffic.requestBytes ?? 0) + (traffic.responseBytes ?? 0))),
  );
  return { id: node.id, ...textsOf(node, fields), fields, numbers };
}

/** Of a container, an image or a machine. */
const IDENTIFIER = /^(?:\w+:\/\/|sha256:)?([0-9a-f]{12,})$/i;

/** What fields say of the node itself; the ports of its connections are asked for by name only. */
function textsOf(
  node: TopologyNode,
  fields: ReadonlyMap<string, readonly string[]>,
): Pick<Searchable, 'texts' | 'identifiers'> {
  const texts = new Set<string>();
  const identifiers = new Set([node.id.toLowerCase()]);
  for (const [name, values] of fields) {
    if (name !== 'port' && name !== 'protocol') {
      for (const value of values) {
        const [, hexadecimal] = IDENTIFIER.exec(value) ?? [];
        if (hexadecimal === undefined) {
          texts.add(value);
        } else {
          identifiers.add(hexadecimal.toLowerCase());
        }
      }
    }
  }
  return { texts: [...texts], identifiers: [...identifiers] };
}

function addMetric(numbers: Map<string, FieldNumber>, { key, label, unit, value, limit }: Metric): void {
  if (value !== null) {
    const whole =
      unit === 'percentunit' ? 1 : unit === 'percent' ? 100 : (limit ?? (key === 'cpu' ? 1 : null));
    for (const name of [fieldName(key), fieldName(label)]) {
      numbers.set(name, { value, whole, isMoment: false });
    }
  }
}

/** `Network in` is asked for as `network_in`. */
function fieldName(text: string): string {
  return text.toLowerCase().replaceAll(/[^\w.-]+/g, '_');
}

function sumOf(edges: readonly TopologyEdge[], read: (edge: TopologyEdge) => number): number {
  return edges.reduce((sum, edge) => sum + read(edge), 0);
}
