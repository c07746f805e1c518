import { type Endpoint, isOutside } from '../graph/endpoint';
import { eachRow, type Read } from '../graph/indexes';
import { edgeId } from '../graph/node-id';
import { compareText } from '../graph/order';
import type { Steps } from '../graph/steps';
import type { Alert, Notice, OverlayStyle, OverlayValue, TopologyNode } from '../graph/topology';
import type { Vector } from '../graph/vector';
import type { OverlaySpec } from '../query';
import { ALERTS_ANSWER, overlayAnswer } from './own-queries';
import type { Subjects } from './subjects';
import type { Placement } from './view';

/** What the user's PromQL and the firing alerts add to a picture, by the ids of nodes and edges. */
export interface Overlaid {
  readonly styles: readonly OverlayStyle[];
  readonly ofNodes: ReadonlyMap<string, readonly OverlayValue[]>;
  readonly ofEdges: ReadonlyMap<string, readonly OverlayValue[]>;
  readonly alerts: ReadonlyMap<string, readonly Alert[]>;
  readonly otherAlerts: readonly Alert[];
  readonly notices: readonly Notice[];
}

/** The picture so far. */
export interface Ground {
  readonly nodes: ReadonlyMap<string, TopologyNode>;
  readonly edges: ReadonlySet<string>;
  readonly placement: Placement;
  readonly subjects: Subjects;
}

/**
 * Joins the answers to the query's own PromQL with the picture.
 *
 * @param read - what the picture is; not asked for where there is nothing to join
 */
export function* overlay(
  specs: readonly OverlaySpec[],
  answers: ReadonlyMap<string, Vector>,
  read: () => Steps<Ground>,
): Steps<Overlaid> {
  const isSaid = [...answers.values()].some(({ size }) => size > 0);
  const ground = isSaid ? yield* read() : undefined;
  const styles: OverlayStyle[] = [];
  const notices: Notice[] = [];
  const ofNodes = new Map<string, OverlayValue[]>();
  const ofEdges = new Map<string, OverlayValue[]>();
  for (const [index, spec] of specs.entries()) {
    const vector = answers.get(overlayAnswer(index));
    const style = { ...styleOf(spec, index) };
    styles.push(style);
    if (vector === undefined) {
      continue;
    }
    const isWidth = spec.show === 'width';
    const values = yield* combined(vector, spec, (labels) =>
      ground === undefined
        ? new Set()
        : isWidth
          ? edgesNamed(labels, vector, spec, ground)
          : nodesNamed(labels, vector, spec.on, ground),
    );
    notices.push(...noticesOf(spec, vector, values.size));
    let max = -Infinity;
    for (const [id, value] of values) {
      const list = isWidth ? ofEdges : ofNodes;
      list.set(id, [...(list.get(id) ?? []), { key: style.key, value }]);
      max = Math.max(max, value);
    }
    styles[index] = { ...style, max: maxOf(spec, max) };
  }
  const firing = answers.get(ALERTS_ANSWER);
  const alerts = firing === undefined || ground === undefined ? NO_ALERTS : yield* alertsOf(firing, ground);
  return { styles, notices, ofNodes, ofEdges, ...alerts };
}

function styleOf({ name, expr, show, unit }: OverlaySpec, index: number): OverlayStyle {
  const label = name.trim() === '' ? `Overlay ${index + 1}` : name;
  return { key: `overlay-${index}`, label, expr, show, unit: unitOf(unit), max: 1 };
}

function unitOf(unit: string | undefined): string {
  return unit === undefined || unit === '' ? 'short' : unit;
}

/** Shares are full at their whole. */
function maxOf({ max, unit }: OverlaySpec, greatest: number): number {
  if (max !== undefined && max > 0) {
    return max;
  }
  const whole = unit === 'percentunit' ? 1 : unit === 'percent' ? 100 : 0;
  const found = Number.isFinite(greatest) ? Math.max(greatest, whole) : whole;
  return found > 0 ? found : 1;
}

/** One value an id, of all series that belong to it. What is not a finite number says nothing. */
function* combined(
  vector: Vector,
  { combine, unit }: OverlaySpec,
  idsOf: (read: Read) => ReadonlySet<string>,
): Steps<ReadonlyMap<string, number>> {
  const how = combine ?? (unit === 'percent' || unit === 'percentunit' ? 'max' : 'sum');
  const sums = new Map<string, { value: number; count: number }>();
  yield* eachRow(vector, (read, value) => {
    if (value === undefined || !Number.isFinite(value)) {
      return;
    }
    for (const id of idsOf(read)) {
      const known = sums.get(id);
      if (known === undefined) {
        sums.set(id, { value, count: 1 });
      } else {
        known.count++;
        known.value =
          how === 'max'
            ? Math.max(known.value, value)
            : how === 'min'
              ? Math.min(known.value, value)
              : known.value + value;
      }
    }
  });
  return new Map(
    [...sums].map(([id, { value, count }]) => [id, how === 'mean' ? value / count : value] as const),
  );
}

function noticesOf({ name, show }: OverlaySpec, vector: Vector, joined: number): readonly Notice[] {
  if (joined > 0) {
    return [];
  }
  return vector.size === 0
    ? [
        {
          severity: 'info',
          message: `The overlay “${name}” has no series at this time.`,
          action: 'Its PromQL in Explore shows when it has.',
        },
      ]
    : [
        {
          severity: 'warning',
          message: `The overlay “${name}” fits nothing in this picture: its series carry ${few([...vector.labels.keys()])}.`,
          action:
            show === 'width'
              ? 'Keep labels that name both ends, such as client and server, in its PromQL.'
              : 'Keep labels that name a node, such as host, container_id, container, service or instance, in its PromQL.',
        },
      ];
}

function few(names: readonly string[]): string {
  const labels = names.filter((name) => name !== '__name__').sort();
  return labels.length === 0 ? 'no labels' : `only ${labels.slice(0, 8).join(', ')}`;
}

function nodesNamed(
  read: Read,
  vector: Vector,
  on: readonly string[] | undefined,
  ground: Ground,
): ReadonlySet<string> {
  return placed(ground.subjects.find(read, vector.labels.keys(), on), ground);
}

/** The shown nodes that the ends belong to. */
function placed(ends: readonly Endpoint[], { nodes, placement }: Ground): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const end of ends) {
    const id = placement.place(end);
    const kind = id === undefined ? undefined : nodes.get(id)?.kind;
    if (id === undefined || kind === undefined) {
      continue;
    }
    const isOfProcess = kind === 'process' || kind === 'process-name';
    const isNameless = !isOutside(end) && end.process === '';
    // What is said of a whole host is not said of what runs on it, nor that of a container of its processes.
    if (isNameless && (isOfProcess || (end.kind === 'host' && kind !== 'host'))) {
      continue;
    }
    ids.add(id);
  }
  return ids;
}

/** Labels by which exporters name the two ends of what they measure. */
const PAIRS = [
  ['client', 'server'],
  ['source', 'target'],
  ['source', 'destination'],
  ['src', 'dst'],
  ['source_workload', 'destination_workload'],
  ['from', 'to'],
] as const;

/** The shown edges between the ends that a series names. */
function edgesNamed(
  read: Read,
  vector: Vector,
  { on = [] }: OverlaySpec,
  { nodes, edges, placement, subjects }: Ground,
): ReadonlySet<string> {
  const [from, to] =
    on.length === 2 ? on : (PAIRS.find((pair) => pair.every((label) => vector.labels.has(label))) ?? []);
  const ids = new Set<string>();
  if (from === undefined || to === undefined) {
    return ids;
  }
  const idsOf = (name: string): ReadonlySet<string> => {
    const found = new Set<string>();
    for (const end of subjects.findByName(name)) {
      const id = placement.place(end);
      if (id !== undefined) {
        found.add(id);
      }
    }
    for (const [id, { label }] of found.size === 0 ? nodes : []) {
      if (label === name) {
        found.add(id);
      }
    }
    return found;
  };
  const targets = idsOf(read(to));
  for (const source of idsOf(read(from))) {
    for (const target of targets) {
      const id = edgeId(source, target);
      if (edges.has(id)) {
        ids.add(id);
      }
    }
  }
  return ids;
}

const NO_ALERTS = { alerts: new Map<string, readonly Alert[]>(), otherAlerts: [] };

const SEVERITIES: Readonly<Record<string, Alert['severity']>> = {
  critical: 'critical',
  error: 'critical',
  page: 'critical',
  high: 'critical',
  warning: 'warning',
  warn: 'warning',
  info: 'info',
  none: 'info',
  low: 'info',
};
const RANK = { critical: 0, warning: 1, info: 2 } as const;

/** The firing alerts at the nodes that their labels name. */
function* alertsOf(vector: Vector, ground: Ground): Steps<Pick<Overlaid, 'alerts' | 'otherAlerts'>> {
  const alerts = new Map<string, Alert[]>();
  const others: Alert[] = [];
  const names = [...vector.labels.keys()];
  yield* eachRow(vector, (read) => {
    const alert = alertOf(read, names);
    const ids = nodesNamed(read, vector, [], ground);
    for (const id of ids) {
      alerts.set(id, [...(alerts.get(id) ?? []), alert]);
    }
    if (ids.size === 0) {
      others.push(alert);
    }
  });
  for (const list of alerts.values()) {
    list.sort(worstFirst);
  }
  return { alerts, otherAlerts: others.sort(worstFirst) };
}

const NOT_SHOWN = new Set(['__name__', 'alertname', 'alertstate', 'severity']);

function alertOf(read: Read, names: readonly string[]): Alert {
  return {
    name: read('alertname') === '' ? 'unnamed alert' : read('alertname'),
    severity: SEVERITIES[read('severity').toLowerCase()] ?? 'warning',
    labels: Object.fromEntries(
      names
        .filter((name) => !NOT_SHOWN.has(name) && read(name) !== '')
        .sort(compareText)
        .map((name) => [name, read(name)]),
    ),
  };
}

function worstFirst(a: Alert, b: Alert): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    compareText(a.name, b.name) ||
    compareText(JSON.stringify(a.labels), JSON.stringify(b.labels))
  );
}
