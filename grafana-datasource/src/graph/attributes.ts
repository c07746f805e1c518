import { type Container, containerKey } from './containers';
import { eachRow } from './indexes';
import { compareText } from './order';
import type { Steps } from './steps';
import type { Vector } from './vector';
import type { Vectors } from './vectors';
import { readWorkloads, type Workload } from './workloads';

type ContainerText = (container: Container, workload: Workload) => string;

/** What is known of every container, by the names of labels. */
const KNOWN: ReadonlyMap<string, ContainerText> = new Map<string, ContainerText>([
  ['host', ({ host }) => host],
  ['name', ({ name }) => name],
  ['image', ({ image }) => image],
  ['runtime', ({ runtime }) => runtime],
  ['hostname', ({ hostname }) => hostname],
  ['state', ({ state }) => state],
  ['health', ({ healthCheck }) => healthCheck],
  ['orchestrator', (_, { orchestrator }) => orchestrator],
  ['namespace', (_, { namespace }) => namespace],
  ['workload', (_, { name }) => name],
  ['workload_kind', (_, { kind }) => kind],
]);

/**
 * Returns what tells the value of a label for a container: of the given series, else what is known of every container,
 * else its exported labels (with or without `label_`), else its host's. Empty where nothing says it.
 */
export function* readAttributes(
  label: string,
  vectors: Vectors,
  series: Vector | undefined,
): Steps<(container: Container) => string> {
  if (series !== undefined) {
    return yield* fromSeries(label, series);
  }
  const known = KNOWN.get(label);
  const workloadOf = yield* readWorkloads(vectors);
  if (known !== undefined) {
    return (container) => known(container, workloadOf(container.host, container.id));
  }
  const ofContainers = yield* fromSeries(
    label.startsWith('label_') ? label : `label_${label.replaceAll(/[^A-Za-z0-9_]/g, '_')}`,
    vectors.containerLabels,
  );
  const ofHosts = yield* fromSeries(label, vectors.hostInfo);
  return (container) => {
    const own = ofContainers(container);
    return own === '' ? ofHosts(container) : own;
  };
}

/** A series without container_id says it of all containers of its host; where several speak, the first in order is heard. */
function* fromSeries(label: string, vector: Vector | undefined): Steps<(container: Container) => string> {
  const values = new Map<string, string>();
  yield* eachRow(vector, (read) => {
    const key = containerKey(read('host'), read('container_id'));
    const value = read(label);
    const known = values.get(key);
    if (value !== '' && (known === undefined || compareText(value, known) < 0)) {
      values.set(key, value);
    }
  });
  return ({ host, id }) => values.get(containerKey(host, id)) ?? values.get(containerKey(host, '')) ?? '';
}
