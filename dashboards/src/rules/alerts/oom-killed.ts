import { containerOomKills } from '@toposcope/exporter/contract/container-families.js';
import { select } from '../../promql/select.js';
import { hasGrown } from '../growth.js';
import { CONTAINER_TEXT, namedContainer } from '../naming.js';
import type { Alert } from '../rule.js';

export const oomKilled: Alert = {
  name: 'ToposcopeContainerOomKilled',
  severity: 'warning',
  for: '0s',
  expr: namedContainer(hasGrown(select(containerOomKills), '15m')),
  summary: `A process of ${CONTAINER_TEXT} was killed for want of memory`,
  description:
    'Within fifteen minutes the kernel has killed a process inside {{ $labels.name }} ({{ $labels.image }}) on {{ $labels.host }} because its memory limit, or the host’s memory, was used up.',
};
