import type { MetricScale, Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import type { Decoration, Decorations } from '../scene/decoration';

/** What can fill the nodes of a picture: its metrics, then the query's overlays of that kind. */
export function fillsOf({ scales = [], overlays = [] }: Topology): readonly MetricScale[] {
  return [...scales, ...overlays.filter(({ show }) => show === 'fill')];
}

/** How full a node is of a metric or overlay, 0 to 1; null: no figure. */
export function shareOf(node: TopologyNode, scale: MetricScale): number | null {
  const metric = node.metrics.find(({ key }) => key === scale.key);
  const value = metric ? metric.value : node.overlays?.find(({ key }) => key === scale.key)?.value;
  const whole = metric?.limit ?? scale.max;
  return value === undefined || value === null || whole <= 0 ? null : Math.min(1, Math.max(0, value / whole));
}

/**
 * What is laid over the nodes, by their ids; those without anything are left out.
 *
 * @param format Writes a value of a unit.
 */
export function decorationsOf(
  topology: Topology,
  fill: string,
  format: (value: number, unit: string) => string,
): Decorations {
  const scale = fillsOf(topology).find(({ key }) => key === fill);
  const badges = (topology.overlays ?? []).filter(({ show }) => show === 'badge');
  const decorations = new Map<string, Decoration>();
  for (const node of topology.nodes) {
    const { alerts = [], overlays = [], change } = node;
    const texts = badges.flatMap(({ key, unit }) => {
      const value = overlays.find((overlay) => overlay.key === key)?.value;
      return value === undefined ? [] : [format(value, unit)];
    });
    const share = scale ? shareOf(node, scale) : null;
    if (share !== null || alerts.length > 0 || texts.length > 0 || change) {
      decorations.set(node.id, {
        fill: share,
        alerts: alerts.length,
        alertSeverity: alerts[0]?.severity ?? 'warning',
        badges: texts,
        change: change?.kind,
      });
    }
  }
  return decorations;
}
