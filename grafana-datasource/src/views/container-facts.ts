import { type Container, containerKey } from '../graph/containers';
import { eachRow, textsBy } from '../graph/indexes';
import { known, NumberTable } from '../graph/number-table';
import { compareText } from '../graph/order';
import type { Steps } from '../graph/steps';
import type { Fact } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import { readWorkloads, type Workload } from '../graph/workloads';
import type { QueryId } from '../promql/queries';

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

const NUMBERS = [
  'containerCreated',
  'containerStarted',
  'containerRestarts',
  'containerExitCode',
  'containerOomKills',
] as const satisfies readonly QueryId[];

/** Indexes what is known of containers besides who they are; returns what tells the facts of one. */
export function* readContainerFacts(vectors: Vectors): Steps<(container: Container) => readonly Fact[]> {
  const networks = yield* textsBy(vectors.containerAddresses, CONTAINER, (read) => read('network'));
  const addresses = yield* textsBy(vectors.containerAddresses, CONTAINER, (read) => read('ip'));
  const ports = yield* textsBy(vectors.containerPorts, CONTAINER, (read) =>
    publishedPort(read('host_ip'), read('host_port'), read('port'), read('protocol')),
  );
  const workloadOf = yield* readWorkloads(vectors);
  const labels = yield* readLabels(vectors);
  const numbers = new NumberTable(NUMBERS.length);
  for (const [index, query] of NUMBERS.entries()) {
    yield* numbers.add(index, vectors[query]);
  }

  const texts =
    (all: ReadonlyMap<string, readonly string[]>) =>
    (_: Container, { key }: Known) =>
      all.get(key);
  const number = (query: (typeof NUMBERS)[number]) => {
    const column = NUMBERS.indexOf(query);
    return (_: Container, { numbers: own }: Known) => known(own[column])?.toString();
  };
  const sources: readonly FactSource[] = [
    { key: 'state', label: 'State', read: ({ state }) => state },
    { key: 'health', label: 'Health', read: ({ healthCheck }) => healthCheck },
    { key: 'image', label: 'Image', read: ({ imageReference }) => imageReference },
    { key: 'host', label: 'Host', read: ({ host }) => host },
    { key: 'namespace', label: 'Namespace', read: (_, { workload }) => workload.namespace },
    { key: 'workload', label: 'Workload', read: (_, { workload }) => workloadText(workload) },
    { key: 'started', label: 'Started', format: 'time', read: number('containerStarted') },
    { key: 'created', label: 'Created', format: 'time', read: number('containerCreated') },
    { key: 'restarts', label: 'Restarts', read: number('containerRestarts') },
    { key: 'exit_code', label: 'Exit code', read: number('containerExitCode') },
    {
      key: 'oom_kills',
      label: 'Killed for memory',
      read: (_, { numbers: own }) => {
        const kills = known(own[NUMBERS.indexOf('containerOomKills')]) ?? 0;
        return kills > 0 ? kills.toString() : undefined;
      },
    },
    { key: 'networks', label: 'Networks', read: texts(networks) },
    { key: 'addresses', label: 'Addresses', read: texts(addresses) },
    { key: 'ports', label: 'Published ports', read: texts(ports) },
    { key: 'hostname', label: 'Hostname', read: ({ hostname }) => hostname },
    { key: 'command', label: 'Command', read: ({ command }) => command },
    { key: 'runtime', label: 'Runtime', read: ({ runtime }) => runtime },
    { key: 'id', label: 'Container id', read: ({ id }) => id },
    { key: 'image_id', label: 'Image id', read: ({ imageId }) => imageId },
    { key: 'labels', label: 'Labels', read: texts(labels) },
  ];

  return (container) => {
    const id = containerKey(container.host, container.id);
    const own = { key: id, workload: workloadOf(container.host, container.id), numbers: numbers.of(id) };
    const facts: Fact[] = [];
    for (const { key, label, format, read } of sources) {
      const value = read(container, own);
      if (value === undefined || value.length === 0) {
        continue;
      }
      const values = typeof value === 'string' ? [value] : value;
      facts.push(format === undefined ? { key, label, values } : { key, label, values, format });
    }
    return facts;
  };
}

/** Where a fact comes from; nothing, or an empty text, is no fact. */
interface FactSource {
  readonly key: string;
  readonly label: string;
  readonly format?: 'time';
  readonly read: (container: Container, known: Known) => string | readonly string[] | undefined;
}

/** What was looked up of a container for all its facts. */
interface Known {
  /** `host/container_id` */
  readonly key: string;
  readonly workload: Workload;
  /** Of `NUMBERS`. */
  readonly numbers: readonly number[];
}

function publishedPort(hostIp: string, hostPort: string, port: string, protocol: string): string {
  const host = hostIp.includes(':') ? `[${hostIp}]` : hostIp;
  return port === '' ? '' : `${host}:${hostPort} → ${port}/${protocol}`;
}

function workloadText({ orchestrator, namespace, name, instance }: Workload): string {
  return orchestrator === 'none'
    ? ''
    : [orchestrator, namespace, name, instance].filter((part) => part !== '').join(' / ');
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
