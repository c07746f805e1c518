import { containerHealth, containerState } from '@toposcope/exporter/contract/container-families.js';
import { is, select } from '../../promql/select.js';
import { CONTAINER_TEXT, namedContainer } from '../naming.js';
import { CONTAINER } from '../recordings/keys.js';
import type { Alert } from '../rule.js';

/** A container that has stopped keeps its last health, which then means nothing. */
export const containerUnhealthy: Alert = {
  name: 'ToposcopeContainerUnhealthy',
  severity: 'warning',
  for: '5m',
  expr: namedContainer(
    `${select(containerHealth, { health: is('unhealthy') })} and on (${CONTAINER.join(', ')}) ${select(containerState, { state: is('running') })}`,
  ),
  summary: `Container ${CONTAINER_TEXT} is unhealthy`,
  description:
    'The health check of {{ $labels.name }} ({{ $labels.image }}) on {{ $labels.host }} has failed for five minutes while the container runs. The output of the last checks is in `docker inspect`.',
};
