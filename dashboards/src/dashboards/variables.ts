import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { containerInfo } from '@toposcope/exporter/contract/container-families.js';
import { hostInfo } from '@toposcope/exporter/contract/host-families.js';
import { processGroupProcesses } from '@toposcope/exporter/contract/process-families.js';
import { matches, select } from '../promql/select.js';
import { containerWorkload } from '../rules/recordings/container-workload.js';
import { workloadEdgeOpen } from '../rules/recordings/workload-edges.js';
import { HERE, PROMETHEUS } from './targets.js';
import { VIEW_IDS, VIEW_NAMES } from './topology-query.js';

export const prometheusVariable = () =>
  new DatasourceVariableBuilder('prometheus')
    .label('Prometheus')
    .description('The Prometheus that scrapes the exporters.')
    .type('prometheus');

export const topologyVariable = () =>
  new DatasourceVariableBuilder('topology')
    .label('Topology')
    .description('The data source that builds the picture.')
    .type('toposcope-topology-datasource');

/** Empty unless the targets carry a label `cluster`. */
export const clusterVariable = () =>
  several('cluster', 'Cluster', 'Clusters, where targets carry such a label.', select(hostInfo));

export const hostVariable = () =>
  several('host', 'Host', 'Hosts that are monitored.', select(hostInfo, { cluster: matches('$cluster') }));

export const containerVariable = () =>
  several('container', 'Container', 'Containers by name.', select(containerInfo, HERE), 'name');

export const processVariable = () =>
  several('process', 'Process', 'Processes by name.', select(processGroupProcesses, HERE), 'name');

const workloads = `${containerWorkload.record}{cluster=~"$cluster"`;
export const namespaceVariable = () =>
  several(
    'namespace',
    'Namespace',
    'Compose projects, Swarm stacks, Kubernetes namespaces.',
    `${workloads}}`,
    'namespace',
  );

export const workloadVariable = () =>
  several(
    'workload',
    'Workload',
    'Services and controllers.',
    `${workloads}, namespace=~"$namespace"}`,
    'workload',
  );

const edges = `${workloadEdgeOpen.record}{cluster=~"$cluster"}`;
export const clientVariable = () =>
  several('client', 'Client', 'Workloads that open connections.', edges, 'client_workload');

export const serverVariable = () =>
  several('server', 'Server', 'Workloads that accept connections.', edges, 'server_workload');

export const viewVariable = () =>
  new CustomVariableBuilder('view')
    .label('View')
    .description('What a node stands for.')
    .values(VIEW_IDS.map((id) => `${VIEW_NAMES[id]} : ${id}`).join(','))
    .options(VIEW_IDS.map((id) => ({ text: VIEW_NAMES[id], value: id, selected: id === FIRST_VIEW })))
    .current({ text: VIEW_NAMES[FIRST_VIEW], value: FIRST_VIEW, selected: true })
    .hide(VariableHide.DontHide);

const FIRST_VIEW = 'containers';

/** The kind of variable query that is written out, `label_values(…)`, in Grafana’s Prometheus data source. */
const CLASSIC_QUERY = 5;

/** All by default; `.*` also matches the empty value that things outside clusters and namespaces have. */
function several(name: string, title: string, description: string, series: string, values = name) {
  return new QueryVariableBuilder(name)
    .label(title)
    .description(description)
    .datasource(PROMETHEUS)
    .query({ qryType: CLASSIC_QUERY, query: `label_values(${series}, ${values})`, refId: `variable-${name}` })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'], selected: true });
}
