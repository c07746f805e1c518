import type { DataFrame, Field } from '@grafana/data';
import { ROWS_A_STEP, type Steps } from '../graph/steps';
import type { NodeHealth, NodeKind, Topology, TopologyNode } from '../graph/topology';
import { numberColumn, textColumn } from './columns';
import { overlayValue } from './overlay-value';

/** The share of the ring that each state fills; they add up to 1. */
const RING: readonly { state: NodeHealth; label: string; color: string }[] = [
  { state: 'ok', label: 'Running', color: 'green' },
  { state: 'warning', label: 'Warning', color: 'orange' },
  { state: 'critical', label: 'Critical', color: 'red' },
  { state: 'stopped', label: 'Stopped', color: 'gray' },
  { state: 'unknown', label: 'Unknown', color: 'blue' },
];

/** Facts that Grafana's own node graph shows on a click; our panel shows all. */
const DETAILS = [
  'state',
  'health',
  'namespace',
  'ready',
  'image',
  'host',
  'addresses',
  'ports',
  'pid',
  'user',
  'os',
  'kernel',
];

/** Grafana's names of icons for what has no numbers to show. */
const ICONS: Partial<Record<NodeKind, string>> = {
  internet: 'globe',
  external: 'cloud',
  unmanaged: 'question-circle',
  overflow: 'ellipsis-v',
};

const NODES_A_STEP = 8 * ROWS_A_STEP;

/** The nodes as Grafana's node graph reads them: names in lower case, unique ids. */
export function* nodesFrame({ nodes, view, overlays = [] }: Topology): Steps<DataFrame> {
  const [first, second] = metricKeys(nodes);
  const labels = yield* factLabels(nodes);
  const columns: ((node: TopologyNode) => string | number | null)[] = [];
  const fields: Field[] = [];
  const text = (name: string, read: (node: TopologyNode) => string | null, config = {}) => {
    fields.push(textColumn(name, [], config));
    columns.push(read);
  };
  const number = (name: string, read: (node: TopologyNode) => number | null, config = {}) => {
    fields.push(numberColumn(name, [], config));
    columns.push(read);
  };

  text('id', ({ id }) => id, { displayName: 'Id' });
  text('title', ({ label }) => label, { displayName: 'Name' });
  text('subtitle', ({ sublabel }) => sublabel, { displayName: 'About' });
  for (const [name, metric] of [
    ['mainstat', first],
    ['secondarystat', second],
  ] as const) {
    if (metric !== undefined) {
      number(name, (node) => node.metrics.find(({ key }) => key === metric.key)?.value ?? null, {
        displayName: metric.label,
        unit: metric.unit,
        decimals: 2,
      });
    }
  }
  for (const { state, label, color } of RING) {
    number(`arc__${state}`, ({ health }) => (health === state ? 1 : 0), {
      displayName: label,
      color: { mode: 'fixed', fixedColor: color },
    });
  }
  text('icon', ({ kind }) => ICONS[kind] ?? null, { displayName: 'Icon' });
  text('detail__kind', ({ kind }) => kind, { displayName: 'Kind' });
  for (const { key, label, unit } of overlays.filter(({ show }) => show !== 'width')) {
    number(`detail__${key}`, (node) => overlayValue(node, key), { displayName: label, unit });
  }
  for (const key of DETAILS) {
    const displayName = labels.get(key);
    if (displayName !== undefined) {
      text(`detail__${key}`, (node) => factText(node, key), { displayName });
    }
  }

  for (const [index, read] of columns.entries()) {
    const values = fields[index]?.values as (string | number | null)[];
    for (const node of nodes) {
      values.push(read(node));
      if (values.length % NODES_A_STEP === 0) {
        yield;
      }
    }
  }
  return {
    name: 'nodes',
    fields,
    length: nodes.length,
    meta: { preferredVisualisationType: 'nodeGraph', custom: { view } },
  };
}

/** The first two metrics of the view's own nodes, which all have the same ones. */
function metricKeys(nodes: readonly TopologyNode[]): TopologyNode['metrics'] {
  return nodes.find(({ metrics }) => metrics.length > 0)?.metrics ?? [];
}

/** The facts that there are, with what they are called. */
function* factLabels(nodes: readonly TopologyNode[]): Steps<ReadonlyMap<string, string>> {
  const labels = new Map<string, string>();
  let row = 0;
  for (const { facts } of nodes) {
    for (const { key, label } of facts) {
      labels.set(key, label);
    }
    if (++row % NODES_A_STEP === 0) {
      yield;
    }
  }
  return labels;
}

function factText({ facts }: TopologyNode, key: string): string | null {
  for (const fact of facts) {
    if (fact.key === key) {
      const [only = ''] = fact.values;
      return fact.values.length === 1 ? only : fact.values.join(', ');
    }
  }
  return null;
}
