import { exporterBuildInfo } from '@toposcope/exporter/contract/self-families.js';
import { onePer } from '../../promql/labels.js';
import { select } from '../../promql/select.js';
import type { Alert } from '../rule.js';

const TARGET = ['cluster', 'job', 'instance'];
const lastSeen = onePer(TARGET, `last_over_time(${select(exporterBuildInfo)}[1d])`);

/** Jobs that were named after the product, but not after its companion. */
export const NAMED_AFTER_EXPORTER = 'job=~".*toposcope.*",job!~".*(?:companion|gateway).*"';

/** Job names are the user's: a target is an exporter when it was one within a day, or when its job's name says so. */
export const exporterDown: Alert = {
  name: 'ToposcopeExporterDown',
  severity: 'critical',
  for: '5m',
  expr: `(up == 0) * on (${TARGET.join(', ')}) group_left (host) ${lastSeen}
or on (${TARGET.join(', ')}) up{${NAMED_AFTER_EXPORTER}} == 0`,
  summary:
    'Toposcope exporter on {{ with $labels.host }}{{ . }}{{ else }}{{ $labels.instance }}{{ end }} is down',
  description:
    'Prometheus has not been able to scrape {{ $labels.instance }} (job {{ $labels.job }}) for five minutes. Nothing is known about this host until it answers again; other alerts about it are silent.',
};
