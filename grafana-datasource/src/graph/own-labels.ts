import { exportedName } from '../promql/own-labels';
import type { Read } from './indexes';

/**
 * A label as the exporter wrote it. Where Prometheus' target has one of the same name, the target's stands under the name
 * and the exporter's under `exported_…` (see `promql/own-labels`). A target's `instance` has a colon, which no replica,
 * task or pod has.
 */
export function ownLabel(read: Read, name: string): string {
  const exported = read(exportedName(name));
  const label = read(name);
  return exported !== '' ? exported : name === 'instance' && label.includes(':') ? '' : label;
}
