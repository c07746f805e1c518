import { containerInfo, containerWorkloadInfo } from '@toposcope/exporter/contract/container-families.js';
import { copyLabel, distinct, join, onePer } from '../../promql/labels.js';
import { is, matchesNot, select } from '../../promql/select.js';
import type { Recording } from '../rule.js';
import { CLIENT_WORKLOAD, CONTAINER, SERVER_WORKLOAD } from './keys.js';

/**
 * The names that Kubernetes generates use an alphabet of their own (k8s.io/apimachinery, util/rand): a Deployment's pod
 * is NAME-HASH-RANDOM, a DaemonSet's and a Job's NAME-RANDOM, a StatefulSet's NAME-NUMBER.
 */
const SAFE = '[bcdfghjklmnpqrstvwxz2456789]';
const POD_OF_CONTROLLER = `(.+?)(?:-${SAFE}{6,10})?-(?:${SAFE}{5}|[0-9]+)`;

const kubernetes = copyLabel(
  select(containerWorkloadInfo, { orchestrator: is('kubernetes') }),
  'workload',
  'workload',
  POD_OF_CONTROLLER,
);
const orchestrated = select(containerWorkloadInfo, { orchestrator: matchesNot('kubernetes|none') });
const alone = copyLabel(
  join(
    select(containerWorkloadInfo, { orchestrator: is('none') }),
    CONTAINER,
    ['name'],
    onePer(CONTAINER, select(containerInfo)),
  ),
  'workload',
  'name',
);

const workloads = onePer(
  CONTAINER,
  distinct([...CONTAINER, 'namespace', 'workload'], `${kubernetes}\nor ${orchestrated}\nor ${alone}`),
);

/** Its labels are there under the names that either end of an edge joins on. */
export const containerWorkload: Recording = {
  record: 'toposcope:container_workload:info',
  help: 'The workload of each container, for joins from either end of an edge; a container without one stands for itself. Always 1.',
  labels: [
    ...CONTAINER,
    'peer_container_id',
    'namespace',
    'workload',
    ...CLIENT_WORKLOAD,
    ...SERVER_WORKLOAD,
  ],
  expr: [
    ['peer_container_id', 'container_id'],
    ['client_namespace', 'namespace'],
    ['client_workload', 'workload'],
    ['server_namespace', 'namespace'],
    ['server_workload', 'workload'],
  ].reduce((expr, [to = '', from = '']) => copyLabel(expr, to, from), workloads),
};
