import type { Mode, PanelState } from '../state/panel-state';

const MODE_OF_KEY: Readonly<Record<string, Mode>> = { g: 'graph', t: 'table', r: 'resources' };

/**
 * What a key changes of the panel: `g`, `t` and `r` choose what it shows, `>` and `<` go through the metrics that can
 * fill the nodes, with none between the last and the first, and `q` fills them by none. Undefined: it means nothing.
 *
 * @param fills Keys of the metrics, in the order of their menu.
 */
export function changeOfKey(
  key: string,
  fill: string,
  fills: readonly string[],
): Partial<PanelState> | undefined {
  const mode = MODE_OF_KEY[key];
  if (mode !== undefined) {
    return { mode };
  }
  const step = key === '>' ? 1 : key === '<' ? -1 : key === 'q' ? 0 : undefined;
  if (step === undefined || fills.length === 0) {
    return undefined;
  }
  const ring = ['', ...fills];
  const at = Math.max(0, ring.indexOf(fill));
  const next = step === 0 ? '' : (ring[(at + step + ring.length) % ring.length] ?? '');
  return { fill: next, fillWhole: undefined };
}
