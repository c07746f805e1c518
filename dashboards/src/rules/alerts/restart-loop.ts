import { containerCreated, containerRestarts } from '@toposcope/exporter/contract/container-families.js';
import { select } from '../../promql/select.js';
import { CONTAINER_TEXT, namedContainer } from '../naming.js';
import { CONTAINER } from '../recordings/keys.js';
import type { Alert } from '../rule.js';

const restarts = select(containerRestarts);
const grown = `max_over_time(${restarts}[15m]) - min_over_time(${restarts}[15m]) >= 3`;

/** The first sample of a new container may already stand at three. */
const bornRestarting = `${restarts} >= 3 and on (${CONTAINER.join(', ')}) time() - ${select(containerCreated)} < 900`;

export const restartLoop: Alert = {
  name: 'ToposcopeContainerRestartLoop',
  severity: 'warning',
  for: '0s',
  expr: namedContainer(`${grown} or ${bornRestarting}`),
  summary: `Container ${CONTAINER_TEXT} restarts again and again`,
  description:
    '{{ $labels.name }} ({{ $labels.image }}) on {{ $labels.host }} has been restarted {{ $value }} times within fifteen minutes by its restart policy. Its log and its exit code say why.',
};
