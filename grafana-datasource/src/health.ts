import { connectionsOpen } from '@toposcope/exporter/contract/connection-families.js';
import { containerInfo, containerWorkloadInfo } from '@toposcope/exporter/contract/container-families.js';
import { collectorUp, exporterBuildInfo } from '@toposcope/exporter/contract/self-families.js';
import { label, sample, type Vector } from './graph/vector';
import { kubeSelector } from './promql/kube-queries';
import { exportedName } from './promql/own-labels';
import { equals, type Matcher, selector } from './promql/selector';

/** The questions of “Save & test”, by refId. */
export function healthExpressions(
  scope: readonly Matcher[],
  clusterLabel: string,
): ReadonlyMap<HealthQuery, string> {
  const exporters = selector(exporterBuildInfo, scope);
  return new Map<HealthQuery, string>([
    ['now', `group by (host, version) (${exporters})`],
    ['lastHour', `group by (host) (last_over_time(${exporters}[1h]))`],
    ['failing', `group by (host, collector) (${selector(collectorUp, scope)} == 0)`],
    ['connections', `count(${selector(connectionsOpen, scope)})`],
    ['containers', `count(${selector(containerInfo, scope)})`],
    ['foreignConnections', `count(${selector(connectionsOpen, [...scope, equals('role', '')])})`],
    ['foreignContainers', `count(${selector(containerInfo, [...scope, equals('container_id', '')])})`],
    ['renamed', renamedLabels(scope)],
    [
      'podHosts',
      `count(group by (host) (${selector(containerWorkloadInfo, [...scope, equals('orchestrator', 'kubernetes')])}))`,
    ],
    [
      'pods',
      `count by (${clusterLabel}) (max by (${clusterLabel}, namespace, uid) (${kubeSelector('kube_pod_info', scope)}))`,
    ],
  ]);
}

export type HealthQuery =
  | 'now'
  | 'lastHour'
  | 'failing'
  | 'connections'
  | 'containers'
  | 'foreignConnections'
  | 'foreignContainers'
  | 'renamed'
  | 'podHosts'
  | 'pods';

/** One series a label of ours that Prometheus has renamed, since its targets have one of the same name. */
function renamedLabels(scope: readonly Matcher[]): string {
  return [exporterBuildInfo, containerInfo, connectionsOpen]
    .flatMap((family) =>
      family.labels
        // A target may well say which host it is on.
        .filter((name) => name !== 'host')
        .map((name) => {
          const renamed = selector(family, [...scope, `${exportedName(name)}!=""` as Matcher]);
          return `label_replace(group(${renamed}), "label", "${name}", "", "")`;
        }),
    )
    .join(' or ');
}

export interface Diagnosis {
  readonly status: 'success' | 'error';
  readonly message: string;
}

/** What is there, and what is missing and how to get it. An error where no picture could be drawn. */
export function diagnose(answers: Readonly<Record<HealthQuery, Vector>>): Diagnosis {
  const now = texts(answers.now, 'host');
  const lastHour = texts(answers.lastHour, 'host');
  if (now.length === 0) {
    return { status: 'error', message: lastHour.length === 0 ? NEVER_SEEN : lostAll(lastHour) };
  }
  if (number(answers.foreignConnections) > 0 || number(answers.foreignContainers) > 0) {
    return {
      status: 'error',
      message: `The exporters (version ${texts(answers.now, 'version').join(', ')}) and this plugin are of different versions: update the older one.`,
    };
  }
  const renamed = texts(answers.renamed, 'label');
  if (renamed.length > 0) {
    return {
      status: 'error',
      message: `Prometheus has renamed labels of the exporters (${few(renamed)}), since the scraped targets have labels of the same names: set honor_labels: true for that scrape job.`,
    };
  }
  const lost = lastHour.filter((host) => !now.includes(host));
  const failing = rowTexts(answers.failing, (read) => `${read('collector')} on ${read('host')}`);
  const remarks = [
    lost.length > 0 ? `Not scraped any more: ${few(lost)}. Is the exporter there running?` : '',
    failing.length > 0 ? `Collectors that fail: ${few(failing)}. The exporter’s log says why.` : '',
    number(answers.containers) === 0 ? 'No containers: does the exporter reach the engine’s socket?' : '',
    kubernetesRemark(answers),
    number(answers.connections) === 0 ? 'No connections: is the exporter’s connection collector on?' : '',
  ].filter((remark) => remark !== '');
  return {
    status: 'success',
    message: [
      `${count(now.length, 'host')}, ${count(number(answers.containers), 'container')}, ${count(number(answers.connections), 'connection edge')}.`,
      ...remarks,
    ].join(' '),
  };
}

/** Nothing where no Kubernetes is. */
function kubernetesRemark({ pods, podHosts }: Readonly<Record<HealthQuery, Vector>>): string {
  const counts = Array.from({ length: pods.size }, (_, row) => sample(pods, row) ?? 0);
  const total = counts.reduce((sum, one) => sum + one, 0);
  if (total > 0) {
    const clusters = counts.length > 1 ? ` in ${count(counts.length, 'cluster')}` : '';
    return `kube-state-metrics: ${count(total, 'pod')}${clusters}.`;
  }
  return number(podHosts) === 0
    ? ''
    : `No kube-state-metrics, but ${count(number(podHosts), 'host')} with pods: have this Prometheus scrape it for controllers, Services, namespaces and storage.`;
}

const NEVER_SEEN =
  'Prometheus answers, but has no series named toposcope_… in the last hour: is the exporter running, and scraped by this Prometheus?';

function lostAll(hosts: readonly string[]): string {
  return `No exporter is scraped now; within the last hour there were ${few(hosts)}. Prometheus’ Targets page says why it does not reach them.`;
}

function texts(vector: Vector, name: string): readonly string[] {
  return rowTexts(vector, (read) => read(name));
}

function rowTexts(vector: Vector, text: (read: (name: string) => string) => string): readonly string[] {
  const rows = Array.from({ length: vector.size }, (_, row) => text((name) => label(vector, name)(row)));
  return [...new Set(rows)].filter((value) => value !== '').sort();
}

function number(vector: Vector): number {
  return vector.size === 0 ? 0 : (sample(vector, 0) ?? 0);
}

function count(amount: number, one: string): string {
  return `${amount} ${one}${amount === 1 ? '' : 's'}`;
}

function few(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
