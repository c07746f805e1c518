import { netlinkOverruns } from '@toposcope/exporter/contract/connection-families.js';
import { select } from '../../promql/select.js';
import { hasGrown } from '../growth.js';
import type { Alert } from '../rule.js';

/** One overrun is mended by a full pass; this is about a host where it does not stop. */
export const eventsLost: Alert = {
  name: 'ToposcopeEventsLost',
  severity: 'warning',
  for: '15m',
  expr: hasGrown(select(netlinkOverruns), '10m'),
  summary: 'Connection events are being lost on {{ $labels.host }}',
  description:
    'The kernel on {{ $labels.host }} keeps dropping socket events because the exporter does not read them fast enough. Open connections are still complete; short-lived ones may be missing from counts and bytes.',
};
