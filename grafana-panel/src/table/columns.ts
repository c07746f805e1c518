import type {
  Topology,
  TopologyEdge,
  TopologyNode,
  ViewId,
} from 'toposcope-topology-datasource/graph/topology';
import { HEALTH_NAMES, KIND_NAMES, VIEW_NAMES } from '../panel/view-names';

export interface Column {
  readonly key: string;
  readonly label: string;
  /** A unit id of Grafana; absent: the column holds texts. */
  readonly unit?: string;
  /** What is sorted by; null comes last either way. */
  readonly sortValue: (row: Row) => string | number | null;
  readonly text: (row: Row, format: Format) => string;
}

/** Writes a value of a unit. */
export type Format = (value: number | null, unit: string) => string;

export interface Row {
  readonly node: TopologyNode;
  readonly inbound: number;
  readonly outbound: number;
  /** Both ways, of all its connections. */
  readonly bytes: number;
}

/** Facts that are worth a column, where the nodes have them; the state has one for all nodes. */
const FACTS = ['health', 'image', 'host', 'restarts'];
/** Other names than the fact's own. */
const FACT_LABELS: Readonly<Record<string, string>> = { health: 'Health check' };
/** Facts that say what relatives of a view would. */
const FACT_OF_RELATIVES: Partial<Readonly<Record<ViewId, string>>> = { hosts: 'host', images: 'image' };
/** Rows sorted by state begin with what is in trouble. */
const WORST_FIRST = ['critical', 'warning', 'ok', 'unknown', 'stopped'] as const;

export function rowsOf({ nodes, edges }: Topology): Row[] {
  const numbers = new Map(nodes.map(({ id }) => [id, { inbound: 0, outbound: 0, bytes: 0 }]));
  for (const edge of edges.filter(({ kind }) => kind !== 'membership')) {
    const from = numbers.get(edge.source);
    const to = numbers.get(edge.target);
    if (from) {
      from.outbound++;
      from.bytes += bytesOf(edge);
    }
    if (to) {
      to.inbound++;
      to.bytes += bytesOf(edge);
    }
  }
  return nodes.map((node) => ({ node, ...(numbers.get(node.id) ?? { inbound: 0, outbound: 0, bytes: 0 }) }));
}

/** The columns that these nodes fill: who it is, its facts and metrics, its connections. */
export function columnsOf({ view, nodes }: Topology): Column[] {
  const kinds = new Set(nodes.map(({ kind }) => kind));
  const facts = new Map<string, string>();
  const metrics = new Map<string, { readonly label: string; readonly unit: string }>();
  const relatives = new Set<ViewId>();
  for (const node of nodes) {
    for (const { key, label } of node.facts) {
      if (FACTS.includes(key)) {
        facts.set(key, FACT_LABELS[key] ?? label);
      }
    }
    for (const relative of node.relatives) {
      relatives.add(relative.view);
    }
    for (const { key, label, unit } of node.metrics) {
      metrics.set(key, { label, unit });
    }
  }
  return [
    textColumn('name', 'Name', ({ node }) => (node.count > 1 ? `${node.label} ×${node.count}` : node.label)),
    // The view's name says what all are.
    ...(kinds.size > 1 ? [textColumn('kind', 'Kind', ({ node }) => KIND_NAMES[node.kind])] : []),
    {
      ...textColumn('state', 'State', ({ node }) => stateOf(node)),
      sortValue: ({ node }) => `${WORST_FIRST.indexOf(node.health)} ${stateOf(node)}`,
    },
    ...[...facts].map(([key, label]) => factColumn(key, label)),
    ...[...relatives]
      .filter((other) => other !== view && !facts.has(FACT_OF_RELATIVES[other] ?? ''))
      .map(relativesColumn),
    ...[...metrics].map(([key, { label, unit }]) => metricColumn(key, label, unit)),
    numberColumn('inbound', 'Called by', 'short', ({ inbound }) => inbound),
    numberColumn('outbound', 'Calls', 'short', ({ outbound }) => outbound),
    numberColumn('bytes', 'Traffic', 'Bps', ({ bytes }) => bytes),
  ];
}

/** @param sort A column's key, with a minus before it from the greatest on; unknown or empty: by name. */
export function sorted(rows: readonly Row[], columns: readonly Column[], sort: string): Row[] {
  const descending = sort.startsWith('-');
  const column = columns.find(({ key }) => key === sort.replace(/^-/, '')) ?? columns[0];
  const sign = descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: column?.sortValue(row) ?? null }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) {
      return Number(a.value === null) - Number(b.value === null);
    }
    return sign * compare(a.value, b.value) || compare(a.row.node.id, b.row.node.id);
  });
  return keyed.map(({ row }) => row);
}

const COLLATOR = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : COLLATOR.compare(String(a), String(b));
}

/** What it says of itself, and that it is in trouble. */
function stateOf({ health, facts }: TopologyNode): string {
  const state = facts.find(({ key }) => key === 'state')?.values.join(', ') ?? '';
  const isTrouble = health === 'warning' || health === 'critical';
  return state === '' ? HEALTH_NAMES[health] : isTrouble ? `${state}, ${HEALTH_NAMES[health]}` : state;
}

function textColumn(key: string, label: string, text: (row: Row) => string): Column {
  return { key, label, text, sortValue: (row) => text(row) || null };
}

function numberColumn(key: string, label: string, unit: string, value: (row: Row) => number | null): Column {
  return { key, label, unit, text: (row, format) => format(value(row), unit), sortValue: value };
}

function factColumn(key: string, label: string): Column {
  return textColumn(key, label, ({ node }) =>
    (node.facts.find((fact) => fact.key === key)?.values ?? []).join(', '),
  );
}

function relativesColumn(view: ViewId): Column {
  const label = VIEW_NAMES[view];
  return textColumn(`in:${view}`, label, ({ node }) =>
    node.relatives.flatMap((relative) => (relative.view === view ? [relative.label] : [])).join(', '),
  );
}

function metricColumn(key: string, label: string, unit: string): Column {
  return numberColumn(
    key,
    label,
    unit,
    ({ node }) => node.metrics.find((metric) => metric.key === key)?.value ?? null,
  );
}

function bytesOf({ traffic }: TopologyEdge): number {
  return (traffic.requestBytes ?? 0) + (traffic.responseBytes ?? 0);
}
