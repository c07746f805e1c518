import type { DataFrame, DataLink, Field, FieldConfig, FieldType } from '@grafana/data';
import { compareText } from '../graph/order';
import { ROWS_A_STEP, type Steps } from '../graph/steps';
import {
  type OverlayStyle,
  type Topology,
  type TopologyEdge,
  type TopologyNode,
  VIEW_NAMES,
} from '../graph/topology';
import { bytesOf } from '../graph/traffic';
import { NUMBER, TEXT } from './columns';
import { portsText } from './edges-frame';
import { overlayValue } from './overlay-value';

/** Most rows of a table; more are not read, and each carries its PromQL. */
const MOST_ROWS = 10_000;

const TIME = 'time' as unknown as FieldType;

/**
 * The same picture as tables to be read: a row a node and a row a connection, the busiest first. Numbers link to Explore
 * with the PromQL that made them, which stands in hidden columns.
 */
export function* tableFrames(topology: Topology, refId: string): Steps<DataFrame[]> {
  const { view, prometheus } = topology;
  const nodes = [...topology.nodes].sort((a, b) => compareText(a.label, b.label) || compareText(a.id, b.id));
  const edges = [...topology.edges].sort(
    (a, b) => weightOf(b) - weightOf(a) || compareText(a.source, b.source) || compareText(a.target, b.target),
  );
  yield;
  return [
    yield* tableOf(VIEW_NAMES[view], refId, nodes, nodeColumns(topology, prometheus)),
    yield* tableOf('Connections', refId, edges, edgeColumns(topology, prometheus)),
  ];
}

interface Column<Row> {
  readonly name: string;
  readonly type: FieldType;
  readonly config: FieldConfig;
  readonly read: (row: Row) => string | number | null;
  /** The columns that it serves: without any of them it is of no use. */
  readonly serves?: readonly string[];
}

function text<Row>(name: string, read: Column<Row>['read'], config: FieldConfig = {}): Column<Row> {
  return { name, type: TEXT, config: { displayName: name, ...config }, read };
}

function number<Row>(
  name: string,
  unit: string,
  read: Column<Row>['read'],
  config: FieldConfig = {},
): Column<Row> {
  return { name, type: NUMBER, config: { displayName: name, unit, ...config }, read };
}

/** PromQL for links: there for them alone. */
function hidden<Row>(name: string, serves: readonly string[], read: Column<Row>['read']): Column<Row> {
  const config = { custom: { hidden: true, hideFrom: { viz: true, legend: true, tooltip: true } } };
  return { ...text(name, read, config), serves };
}

function nodeColumns(
  { nodes, comparedWith, overlays = [] }: Topology,
  prometheus: Topology['prometheus'],
): readonly Column<TopologyNode>[] {
  const columns: Column<TopologyNode>[] = [
    text('Name', ({ label }) => label),
    text('Kind', ({ kind }) => kind),
    text('About', ({ sublabel }) => sublabel),
    text('Within', ({ group }) => group),
    text('Condition', ({ health }) => health),
    text('Alerts', ({ alerts = [] }) => alerts.map(({ name }) => name).join(', ')),
    ...(comparedWith === undefined ? [] : [text<TopologyNode>('Change', changeText)]),
    ...overlayColumns<TopologyNode>(overlays.filter(({ show }) => show !== 'width')),
  ];
  for (const [index, { key, label, unit }] of firstOf(nodes, ({ metrics }) => metrics).entries()) {
    const metricOf = ({ metrics }: TopologyNode) => metrics.find((metric) => metric.key === key);
    const expr = `expr_${index}`;
    columns.push(
      number(label, unit, (node) => metricOf(node)?.value ?? null, linked(expr, prometheus)),
      hidden(expr, [label], (node) => metricOf(node)?.expr ?? ''),
    );
  }
  for (const { key, label, format } of firstOf(nodes, ({ facts }) => facts)) {
    const valuesOf = ({ facts }: TopologyNode) => facts.find((fact) => fact.key === key)?.values ?? [];
    columns.push(
      format === 'time'
        ? {
            name: label,
            type: TIME,
            config: { displayName: label, unit: 'dateTimeAsIso' },
            read: (node) => milliseconds(valuesOf(node)[0]),
          }
        : text(label, (node) => valuesOf(node).join(', ')),
    );
  }
  return columns;
}

function edgeColumns(
  { nodes, edges, comparedWith, overlays = [] }: Topology,
  prometheus: Topology['prometheus'],
): readonly Column<TopologyEdge>[] {
  const names = new Map(nodes.map(({ id, label }) => [id, label]));
  const link = linked('expr', prometheus);
  const value = edges.find((edge) => edge.value !== undefined)?.value;
  return [
    text('Client', ({ source }) => names.get(source) ?? source),
    text('Server', ({ target }) => names.get(target) ?? target),
    ...(comparedWith === undefined ? [] : [text<TopologyEdge>('Change', changeText)]),
    ...(value === undefined
      ? []
      : [number<TopologyEdge>(value.label, value.unit, (edge) => edge.value?.value ?? null, link)]),
    ...overlayColumns<TopologyEdge>(overlays.filter(({ show }) => show === 'width')),
    text('Ports', ({ links }) => portsText(links)),
    number('Requests', 'Bps', ({ traffic }) => traffic.requestBytes, link),
    number('Responses', 'Bps', ({ traffic }) => traffic.responseBytes, link),
    number(
      'Open',
      'short',
      measured(({ traffic }) => traffic.open),
    ),
    number(
      'Opened',
      'cps',
      measured(({ traffic }) => traffic.opened),
    ),
    number(
      'Failed',
      'cps',
      measured(({ traffic }) => traffic.failed),
    ),
    number('Segments sent again', 'cps', ({ traffic }) => traffic.retransmits),
    number('Round-trip time', 's', ({ traffic }) => traffic.rtt),
    hidden('expr', ['Requests', 'Responses', value?.label ?? ''], ({ expr }) => expr),
  ];
}

function overlayColumns<Row extends TopologyNode | TopologyEdge>(
  styles: readonly OverlayStyle[],
): readonly Column<Row>[] {
  return styles.map(({ key, label, unit }) => number<Row>(label, unit, (row) => overlayValue(row, key)));
}

/** Of connections: other edges have no such numbers. */
function measured(read: (edge: TopologyEdge) => number): Column<TopologyEdge>['read'] {
  return (edge) => (edge.kind === undefined ? read(edge) : null);
}

function* tableOf<Row>(
  name: string,
  refId: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): Steps<DataFrame> {
  const shown = rows.slice(0, MOST_ROWS);
  const fields: Field[] = [];
  for (const { name: title, type, config, read, serves } of columns) {
    if (serves !== undefined && !fields.some((field) => serves.includes(field.name))) {
      continue;
    }
    const values: (string | number | null)[] = [];
    for (const row of shown) {
      values.push(read(row));
      if (values.length % ROWS_A_STEP === 0) {
        yield;
      }
    }
    // A column in which nothing stands takes room and tells nothing.
    if (fields.length === 0 || values.some((value) => value !== null && value !== '')) {
      fields.push({ name: title, type, config, values });
    }
  }
  const cut = `${shown.length} of ${rows.length} rows are shown. Choose hosts or namespaces, or a view of less detail, to see the others.`;
  return {
    name,
    refId,
    fields,
    length: shown.length,
    meta: {
      preferredVisualisationType: 'table',
      ...(rows.length > shown.length ? { notices: [{ severity: 'warning', text: cut }] } : {}),
    },
  };
}

/** Explore, with the PromQL that stands in the column. */
function linked(column: string, prometheus: Topology['prometheus']): FieldConfig {
  if (prometheus === undefined) {
    return {};
  }
  const query = {
    refId: 'A',
    datasource: prometheus,
    expr: `\${__data.fields.${column}}`,
    range: true,
    instant: false,
  };
  const link: DataLink = {
    title: 'Over time',
    url: '',
    internal: { query, datasourceUid: prometheus.uid, datasourceName: 'Prometheus' },
  };
  return { links: [link] };
}

/** What rows have, in the order in which it is first met. */
function firstOf<Row, Item extends { readonly key: string }>(
  rows: readonly Row[],
  itemsOf: (row: Row) => readonly Item[],
): readonly Item[] {
  const items = new Map<string, Item>();
  for (const row of rows) {
    for (const item of itemsOf(row)) {
      if (!items.has(item.key)) {
        items.set(item.key, item);
      }
    }
  }
  return [...items.values()];
}

function changeText({ change }: TopologyNode | TopologyEdge): string {
  return change === undefined
    ? ''
    : [
        change.kind,
        ...change.differences.map(({ label, before, after }) => `${label}: ${before} → ${after}`),
      ].join('; ');
}

function weightOf({ traffic, value }: TopologyEdge): number {
  return value?.value ?? bytesOf(traffic);
}

function milliseconds(seconds: string | undefined): number | null {
  return seconds === undefined || seconds === '' ? null : Number(seconds) * 1000;
}
