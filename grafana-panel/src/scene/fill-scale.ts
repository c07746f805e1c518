import type { MetricScale, Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import type { Fill } from './decoration';

/** What a full node means: its own limit, or the greatest value of the picture. */
export const FILL_WHOLES = ['limit', 'greatest'] as const;
export type FillWhole = (typeof FILL_WHOLES)[number];

/** How the nodes of one picture fill. */
export interface FillScale extends MetricScale {
  readonly whole: FillWhole;
  /** The greatest value, in the metric's unit; above 0. */
  readonly greatest: number;
  /** Some node has a limit of its own, so that there is a choice. */
  readonly hasLimits: boolean;
}

/** Where all nodes are emptier than this, their limits tell them apart no longer: the greatest value does. */
const LEAST_TELLING = 0.2;

/** What can fill the nodes of a picture: its metrics, then the query's overlays of that kind. */
export function fillsOf({ scales = [], overlays = [] }: Topology): readonly MetricScale[] {
  return [...scales, ...overlays.filter(({ show }) => show === 'fill')];
}

/** The choice that nothing fills, where the query's author fills by something. */
const NO_FILL = '-';

/** Key of what fills the nodes: the user's choice, or without one the query's first overlay that fills; empty: nothing. */
export function filledBy(topology: Topology, choice: string): string {
  return choice === '' ? presetOf(topology) : choice === NO_FILL ? '' : choice;
}

/** The choice that makes this fill the nodes; it is empty where that is what fills them unasked. */
export function choiceOf(topology: Topology, key: string): string {
  return key === presetOf(topology) ? '' : key === '' ? NO_FILL : key;
}

function presetOf({ overlays = [] }: Topology): string {
  return overlays.find(({ show }) => show === 'fill')?.key ?? '';
}

/**
 * @param key Of the metric or overlay that fills.
 * @param chosen Undefined: whatever tells the nodes of this picture apart.
 */
export function fillScaleOf(
  topology: Topology,
  key: string,
  chosen: FillWhole | undefined,
): FillScale | undefined {
  const scale = fillsOf(topology).find((candidate) => candidate.key === key);
  if (!scale) {
    return undefined;
  }
  let greatest = 0;
  let fullest = 0;
  let hasLimits = false;
  for (const node of topology.nodes) {
    const { value, limit } = figureOf(node, key);
    if (value !== null && Number.isFinite(value)) {
      greatest = Math.max(greatest, value);
      fullest = Math.max(fullest, value / (limit ?? scale.max));
      hasLimits ||= limit !== null;
    }
  }
  const telling = hasLimits && fullest >= LEAST_TELLING ? 'limit' : 'greatest';
  return {
    ...scale,
    whole: hasLimits ? (chosen ?? telling) : 'greatest',
    greatest: greatest > 0 ? greatest : scale.max,
    hasLimits,
  };
}

/** How full a node is; undefined: no figure. */
export function fillOfNode(node: TopologyNode, scale: FillScale): Fill | undefined {
  const { value, limit } = figureOf(node, scale.key);
  const isOfLimit = scale.whole === 'limit' && limit !== null;
  const whole = isOfLimit ? limit : scale.whole === 'limit' ? scale.max : scale.greatest;
  return value === null || whole <= 0
    ? undefined
    : { share: Math.min(1, Math.max(0, value / whole)), isOfLimit };
}

/** Of a metric, or of an overlay, which has no limits. A limit of nothing is none. */
function figureOf(
  { metrics, overlays = [] }: TopologyNode,
  key: string,
): { readonly value: number | null; readonly limit: number | null } {
  const metric = metrics.find((candidate) => candidate.key === key);
  if (metric) {
    return { value: metric.value, limit: (metric.limit ?? 0) > 0 ? metric.limit : null };
  }
  return { value: overlays.find((candidate) => candidate.key === key)?.value ?? null, limit: null };
}
