import type { NodeHealth, NodeKind } from 'toposcope-topology-datasource/graph/topology';

export { VIEW_NAMES } from 'toposcope-topology-datasource/graph/topology';

export const KIND_NAMES = {
  host: 'Host',
  container: 'Container',
  image: 'Image',
  process: 'Process',
  'process-name': 'Processes of one name',
  workload: 'Workload',
  network: 'Network',
  pod: 'Pod',
  deployment: 'Deployment',
  daemonset: 'DaemonSet',
  statefulset: 'StatefulSet',
  job: 'Job',
  cronjob: 'CronJob',
  controller: 'Controller',
  service: 'Service',
  namespace: 'Namespace',
  'storage-claim': 'PersistentVolumeClaim',
  'storage-volume': 'PersistentVolume',
  'storage-class': 'StorageClass',
  node: 'Node',
  group: 'Group',
  custom: 'Of your own queries',
  internet: 'The Internet',
  external: 'Public service',
  unmanaged: 'Unmonitored address',
  uncontained: 'Outside containers',
  overflow: 'The rest, beyond the exporter’s caps',
} as const satisfies Record<NodeKind, string>;

export const HEALTH_NAMES = {
  ok: 'running',
  warning: 'warning',
  critical: 'critical',
  stopped: 'stopped',
  unknown: '',
} as const satisfies Record<NodeHealth, string>;
