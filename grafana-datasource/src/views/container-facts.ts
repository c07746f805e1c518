import { type Container, containerKey } from '../graph/containers';
import { eachRow, numbersBy, textsBy } from '../graph/indexes';
import { compareText } from '../graph/order';
import type { Steps } from '../graph/steps';
import type { Fact } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import type { QueryId } from '../promql/queries';
import { fact, moment } from './facts';

/** What `readContainerFacts` needs, besides what every view's edges need. */
export const CONTAINER_FACT_QUERIES: readonly QueryId[] = [
  'containerWorkload',
  'containerLabels',
  'containerCreated',
  'containerStarted',
  'containerRestarts',
  'containerExitCode',
  'containerOomKills',
];

const CONTAINER = ['host', 'container_id'];

/** Indexes what is known of containers besides who they are; returns what tells the facts of one. */
export function* readContainerFacts(vectors: Vectors): Steps<(container: Container) => readonly Fact[]> {
  const networks = yield* textsBy(vectors.containerAddresses, CONTAINER, (read) => read('network'));
  const addresses = yield* textsBy(vectors.containerAddresses, CONTAINER, (read) => read('ip'));
  const ports = yield* textsBy(vectors.containerPorts, CONTAINER, (read) =>
    publishedPort(read('host_ip'), read('host_port'), read('port'), read('protocol')),
  );
  const workloads = yield* textsBy(vectors.containerWorkload, CONTAINER, (read) =>
    read('orchestrator') === 'none'
      ? ''
      : ['orchestrator', 'namespace', 'workload', 'instance']
          .map(read)
          .filter((part) => part !== '')
          .join(' / '),
  );
  const labels = yield* readLabels(vectors);
  const created = yield* numbersBy(vectors.containerCreated, CONTAINER);
  const started = yield* numbersBy(vectors.containerStarted, CONTAINER);
  const restarts = yield* numbersBy(vectors.containerRestarts, CONTAINER);
  const exitCodes = yield* numbersBy(vectors.containerExitCode, CONTAINER);
  const oomKills = yield* numbersBy(vectors.containerOomKills, CONTAINER);

  return (container) => {
    const key = containerKey(container.host, container.id);
    const all = (texts: ReadonlyMap<string, readonly string[]>) => texts.get(key) ?? [];
    const count = (numbers: ReadonlyMap<string, number>) => numbers.get(key)?.toString() ?? '';
    return [
      ...fact('state', 'State', container.state),
      ...fact('health', 'Health', container.healthCheck),
      ...fact('image', 'Image', container.image),
      ...fact('host', 'Host', container.host),
      ...fact('workload', 'Workload', ...all(workloads)),
      ...moment('started', 'Started', started.get(key)),
      ...moment('created', 'Created', created.get(key)),
      ...fact('restarts', 'Restarts', count(restarts)),
      ...fact('exit_code', 'Exit code', count(exitCodes)),
      ...((oomKills.get(key) ?? 0) > 0 ? fact('oom_kills', 'Killed for memory', count(oomKills)) : []),
      ...fact('networks', 'Networks', ...all(networks)),
      ...fact('addresses', 'Addresses', ...all(addresses)),
      ...fact('ports', 'Published ports', ...all(ports)),
      ...fact('hostname', 'Hostname', container.hostname),
      ...fact('command', 'Command', container.command),
      ...fact('runtime', 'Runtime', container.runtime),
      ...fact('id', 'Container id', container.id),
      ...fact('image_id', 'Image id', container.imageId),
      ...fact('labels', 'Labels', ...all(labels)),
    ];
  };
}

function publishedPort(hostIp: string, hostPort: string, port: string, protocol: string): string {
  const host = hostIp.includes(':') ? `[${hostIp}]` : hostIp;
  return port === '' ? '' : `${host}:${hostPort} → ${port}/${protocol}`;
}

/** `name=value` for each label; the exporter writes them as `label_NAME`. */
function* readLabels(vectors: Vectors): Steps<ReadonlyMap<string, readonly string[]>> {
  const names = [...(vectors.containerLabels?.labels.keys() ?? [])].filter((name) =>
    name.startsWith('label_'),
  );
  const labels = new Map<string, readonly string[]>();
  yield* eachRow(vectors.containerLabels, (read) => {
    const texts = names
      .filter((name) => read(name) !== '')
      .map((name) => `${name.slice('label_'.length)}=${read(name)}`);
    labels.set(containerKey(read('host'), read('container_id')), texts.sort(compareText));
  });
  return labels;
}
