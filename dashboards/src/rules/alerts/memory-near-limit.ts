import { containerMemory, containerMemoryLimit } from '@toposcope/exporter/contract/container-families.js';
import { is, select } from '../../promql/select.js';
import { CONTAINER_TEXT, namedContainer } from '../naming.js';
import type { Alert } from '../rule.js';

export const memoryNearLimit: Alert = {
  name: 'ToposcopeContainerMemoryNearLimit',
  severity: 'warning',
  for: '10m',
  expr: namedContainer(
    `${select(containerMemory, { kind: is('working_set') })} / ignoring (kind) ${select(containerMemoryLimit)} > 0.9`,
  ),
  summary: `Container ${CONTAINER_TEXT} is close to its memory limit`,
  description:
    'The working set of {{ $labels.name }} ({{ $labels.image }}) on {{ $labels.host }} has been above 90% of its limit for ten minutes and is now at {{ $value | humanizePercentage }}. At 100% the kernel kills a process in it.',
};
