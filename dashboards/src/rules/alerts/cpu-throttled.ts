import {
  containerCpuPeriods,
  containerCpuThrottledPeriods,
} from '@toposcope/exporter/contract/container-families.js';
import { select } from '../../promql/select.js';
import { CONTAINER_TEXT, namedContainer } from '../naming.js';
import type { Alert } from '../rule.js';

const throttled = `rate(${select(containerCpuThrottledPeriods)}[5m])`;
const periods = `rate(${select(containerCpuPeriods)}[5m])`;

export const cpuThrottled: Alert = {
  name: 'ToposcopeContainerCpuThrottled',
  severity: 'info',
  for: '15m',
  expr: namedContainer(`${throttled} / ${periods} > 0.25`),
  summary: `Container ${CONTAINER_TEXT} is held back by its CPU limit`,
  description:
    '{{ $labels.name }} ({{ $labels.image }}) on {{ $labels.host }} has used up its CPU quota in {{ $value | humanizePercentage }} of the periods. It answers more slowly than it could.',
};
