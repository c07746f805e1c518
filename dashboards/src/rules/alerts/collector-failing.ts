import { collectorUp } from '@toposcope/exporter/contract/self-families.js';
import { select } from '../../promql/select.js';
import type { Alert } from '../rule.js';

export const collectorFailing: Alert = {
  name: 'ToposcopeCollectorFailing',
  severity: 'warning',
  for: '10m',
  expr: `${select(collectorUp)} == 0`,
  summary: 'The {{ $labels.collector }} collector fails on {{ $labels.host }}',
  description:
    'Every run of the {{ $labels.collector }} collector on {{ $labels.host }} has failed for ten minutes. Its metric families are absent, and dashboards and alerts that need them show nothing. The exporter’s log says why.',
};
