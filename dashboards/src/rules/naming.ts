import { containerInfo } from '@toposcope/exporter/contract/container-families.js';
import { join, onePer } from '../promql/labels.js';
import { select } from '../promql/select.js';
import { CONTAINER } from './recordings/keys.js';

/** Adds the container's name and image to an alert, which people know better than its id. */
export function namedContainer(expr: string): string {
  return join(`(${expr})`, CONTAINER, ['name', 'image'], onePer(CONTAINER, select(containerInfo)));
}

/** How an alert's text says which container. */
export const CONTAINER_TEXT = '{{ $labels.name }} on {{ $labels.host }}';

/** How an alert's text says which edge between workloads. */
export const EDGE_TEXT =
  '{{ with $labels.client_namespace }}{{ . }}/{{ end }}{{ $labels.client_workload }} → {{ with $labels.server_namespace }}{{ . }}/{{ end }}{{ $labels.server_workload }} ({{ $labels.protocol }}/{{ $labels.port }})';
