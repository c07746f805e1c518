import { exporterBuildInfo } from '@toposcope/exporter/contract/self-families.js';
import { distinct } from '../../promql/labels.js';
import { select } from '../../promql/select.js';
import type { Alert } from '../rule.js';

const TARGET = ['cluster', 'job', 'instance'];
const info = select(exporterBuildInfo);

/** A target that is still listed but does not answer is ToposcopeExporterDown's; this is one that is listed no more. */
export const hostGone: Alert = {
  name: 'ToposcopeHostGone',
  severity: 'warning',
  for: '10m',
  expr: `${distinct([...TARGET, 'host'], `last_over_time(${info}[6h])`)}
unless on (cluster, host) ${info}
unless on (${TARGET.join(', ')}) up`,
  summary: 'Host {{ $labels.host }} is gone',
  description:
    '{{ $labels.host }} ({{ $labels.instance }}) was monitored within the last six hours. Now Prometheus no longer lists it as a target, and no other target reports that host. If it was taken away on purpose, this resolves by itself six hours after its last sample.',
};
