import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { choiceOf, filledBy, fillsOf } from '../scene/fill-scale';
import type { Mode, PanelState } from '../state/panel-state';

const MODE_OF_KEY: Readonly<Record<string, Mode>> = { g: 'graph', t: 'table', r: 'resources' };

/**
 * What a key changes of the panel: `g`, `t` and `r` choose what it shows, `>` and `<` go through the metrics that can
 * fill the nodes, with none between the last and the first, and `q` fills them by none. Undefined: it means nothing.
 *
 * @param choice What the user chose to fill them by.
 */
export function changeOfKey(
  key: string,
  choice: string,
  topology: Topology | undefined,
): Partial<PanelState> | undefined {
  const mode = MODE_OF_KEY[key];
  if (mode !== undefined) {
    return { mode };
  }
  const step = key === '>' ? 1 : key === '<' ? -1 : key === 'q' ? 0 : undefined;
  const fills = topology ? fillsOf(topology) : [];
  if (step === undefined || !topology || fills.length === 0) {
    return undefined;
  }
  const ring = ['', ...fills.map((fill) => fill.key)];
  const at = Math.max(0, ring.indexOf(filledBy(topology, choice)));
  const next = step === 0 ? '' : (ring[(at + step + ring.length) % ring.length] ?? '');
  return { fill: choiceOf(topology, next), fillWhole: undefined };
}
