import * as families from '@toposcope/exporter/contract/process-families.js';
import { containerKey, containerLabel, unknownContainer } from '../graph/containers';
import { isOutside } from '../graph/endpoint';
import { eachRow, numbersBy } from '../graph/indexes';
import { containerNodeId, hostNodeId, imageNodeId, nodeId, processNameNodeId } from '../graph/node-id';
import { compareText } from '../graph/order';
import { ROWS_A_STEP, type Steps } from '../graph/steps';
import type { Metric, Relative, TopologyNode } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import { sumOf, sumOfRates } from '../promql/expressions';
import { equals } from '../promql/selector';
import { PROCESS_EDGES } from './edge-scopes';
import { fact, plural } from './facts';
import { CORES, metric, sumOfKnown } from './measured';
import { SHORT_LIVED } from './processes';
import type { View, ViewInput, ViewOptions } from './view';

/** A node a process name, over all containers and hosts. */
export const processNamesView: View = {
  id: 'process-names',
  queries: ['groupProcesses', 'groupCpu', 'groupMemory', 'groupThreads', 'groupOpenFiles'],
  edges: PROCESS_EDGES,
  *read(input, nodes) {
    const { containers, selection } = input;
    const places = yield* readPlaces(input);
    const imageOf = ({ host, container }: Place) =>
      containers.get(containerKey(host, container))?.image ?? '';
    const nodeOf = yield* readNodes(input, places);
    const add = (name: string) => nodes.add(processNameNodeId(name), () => nodeOf(name));
    let count = 0;
    for (const [name, homes] of places) {
      if (homes.some(({ host, container }) => selection.choosesIn(host, container))) {
        add(name);
      }
      if (++count % (ROWS_A_STEP / 8) === 0) {
        yield;
      }
    }
    return {
      place(endpoint) {
        if (isOutside(endpoint)) {
          return nodes.addOutside(endpoint);
        }
        if (endpoint.process !== '') {
          return add(endpoint.process);
        }
        const node = namelessNode(endpoint.kind === 'container' ? imageOf(endpoint) : '');
        return nodes.add(node.id, () => node);
      },
      keepsLoop: ({ client }) => !isOutside(client) && client.process !== '',
    };
  },
};

/** Where processes of a name run: in a container, or on a host where the id is empty. */
interface Place {
  readonly host: string;
  readonly container: string;
}

/** Processes without a name have in common what they run in: one node an image, and one for outside containers. */
function namelessNode(image: string): TopologyNode {
  return {
    id: nodeId('process', '', image),
    kind: 'process-name',
    label: SHORT_LIVED.label,
    sublabel: image === '' ? 'outside containers' : image,
    group: '',
    count: 1,
    health: 'unknown',
    facts: [...fact('image', 'Image', image), ...fact('note', 'Note', SHORT_LIVED.note)],
    metrics: [],
    relatives: image === '' ? [] : [{ view: 'images', id: imageNodeId(image), label: image }],
  };
}

function* readPlaces({ vectors, selection }: ViewInput): Steps<ReadonlyMap<string, readonly Place[]>> {
  const places = new Map<string, Place[]>();
  yield* eachRow(vectors.groupProcesses, (read, processes) => {
    const place = { host: read('host'), container: read('container_id') };
    const name = read('name');
    const isKnown = place.host !== '' && name !== '' && processes !== 0;
    if (!isKnown || !selection.showsIn(place.host, place.container)) {
      return;
    }
    const known = places.get(name);
    if (known === undefined) {
      places.set(name, [place]);
    } else if (!known.some((other) => other.host === place.host && other.container === place.container)) {
      known.push(place);
    }
  });
  for (const list of places.values()) {
    list.sort((a, b) => compareText(a.host, b.host) || compareText(a.container, b.container));
  }
  return places;
}

function* readNodes(
  { vectors, options, containers }: ViewInput,
  places: ReadonlyMap<string, readonly Place[]>,
): Steps<(name: string) => TopologyNode> {
  const processes = yield* numbersBy(vectors.groupProcesses, GROUP);
  const metricsOf = yield* readMetrics(vectors, options);
  return (name) => {
    const homes = places.get(name) ?? [];
    const hosts = [...new Set(homes.map(({ host }) => host))];
    const count = sumOfKnown(homes.map((home) => processes.get(keyOf(home, name)))) ?? 0;
    return {
      id: processNameNodeId(name),
      kind: 'process-name',
      label: name,
      sublabel: count === 0 ? 'ended' : plural(count, 'process', 'processes'),
      group: hosts.length === 1 ? (hosts[0] ?? '') : '',
      count: Math.max(1, count),
      health: count === 0 ? 'unknown' : 'ok',
      facts: [
        ...fact('name', 'Name', name),
        ...fact('processes', 'Processes', String(count)),
        ...fact('host', 'Hosts', ...hosts),
      ],
      metrics: metricsOf(name, homes),
      relatives: [
        ...hosts.map((host): Relative => ({ view: 'hosts', id: hostNodeId(host), label: host })),
        ...homes
          .filter(({ container }) => container !== '')
          .map(({ host, container }): Relative => ({
            view: 'containers',
            id: containerNodeId(host, container),
            label: containerLabel(
              containers.get(containerKey(host, container)) ?? unknownContainer(host, container),
            ),
          })),
      ],
    };
  };
}

const GROUP = ['host', 'container_id', 'name'];

function* readMetrics(
  vectors: Vectors,
  { scope }: ViewOptions,
): Steps<(name: string, homes: readonly Place[]) => readonly Metric[]> {
  const styles = [
    { key: 'cpu', label: 'CPU', unit: CORES, family: families.processGroupCpuSeconds, query: 'groupCpu' },
    {
      key: 'memory',
      label: 'Memory',
      unit: 'bytes',
      family: families.processGroupResidentMemory,
      query: 'groupMemory',
    },
    {
      key: 'threads',
      label: 'Threads',
      unit: 'short',
      family: families.processGroupThreads,
      query: 'groupThreads',
    },
    {
      key: 'open_files',
      label: 'Open files',
      unit: 'short',
      family: families.processGroupOpenFiles,
      query: 'groupOpenFiles',
    },
  ] as const;
  const numbers: ReadonlyMap<string, number>[] = [];
  for (const { query } of styles) {
    numbers.push(yield* numbersBy(vectors[query], GROUP));
  }
  return (name, homes) => {
    const own = [...scope, equals('name', name)];
    return styles.map((style, index) =>
      metric(
        style,
        sumOfKnown(homes.map((home) => numbers[index]?.get(keyOf(home, name)))),
        style.family.type === 'counter' ? sumOfRates(style.family, own) : sumOf(style.family, own),
      ),
    );
  };
}

function keyOf({ host, container }: Place, name: string): string {
  return `${host}/${container}/${name}`;
}
