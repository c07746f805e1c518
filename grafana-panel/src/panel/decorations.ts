import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import type { Decoration, Decorations } from '../scene/decoration';
import { fillOfNode, type FillScale } from '../scene/fill-scale';

/**
 * What is laid over the nodes, by their ids; those without anything are left out.
 *
 * @param scale Of what fills the nodes; undefined: nothing does.
 * @param format Writes a value of a unit.
 */
export function decorationsOf(
  topology: Topology,
  scale: FillScale | undefined,
  format: (value: number, unit: string) => string,
): Decorations {
  const badges = (topology.overlays ?? []).filter(({ show }) => show === 'badge');
  const decorations = new Map<string, Decoration>();
  for (const node of topology.nodes) {
    const { alerts = [], overlays = [], change } = node;
    const texts = badges.flatMap(({ key, unit }) => {
      const value = overlays.find((overlay) => overlay.key === key)?.value;
      return value === undefined ? [] : [format(value, unit)];
    });
    const fill = scale && fillOfNode(node, scale);
    if (fill || alerts.length > 0 || texts.length > 0 || change) {
      decorations.set(node.id, {
        fill,
        alerts: alerts.length,
        alertSeverity: alerts[0]?.severity ?? 'warning',
        badges: texts,
        change: change?.kind,
      });
    }
  }
  return decorations;
}
