import { seriesDropped } from '@toposcope/exporter/contract/self-families.js';
import { matchesNot, select } from '../../promql/select.js';
import { hasGrown } from '../growth.js';
import type { Alert } from '../rule.js';

/** Not of processes one by one: there is a limit for them by design, and groups hold all. */
export const seriesCapped: Alert = {
  name: 'ToposcopeSeriesCapped',
  severity: 'warning',
  for: '15m',
  expr: hasGrown(select(seriesDropped, { family: matchesNot('toposcope_process_.*') }), '15m'),
  summary: '{{ $labels.host }} has more than {{ $labels.family }} may hold',
  description:
    'A cap keeps series of {{ $labels.family }} on {{ $labels.host }} out of the exposition. What is shown is true, but it is not all; for edges the rest is added up under peer_ip="other".',
};
