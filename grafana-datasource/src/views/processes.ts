import * as families from '@toposcope/exporter/contract/process-families.js';
import { containerKey, containerLabel, unknownContainer } from '../graph/containers';
import { isOutside } from '../graph/endpoint';
import { numbersBy } from '../graph/indexes';
import { containerNodeId, hostNodeId, nodeId, processNameNodeId } from '../graph/node-id';
import { groupKey, type Process, readProcesses } from '../graph/processes';
import { ROWS_A_STEP, type Steps } from '../graph/steps';
import type { Metric, Relative, TopologyNode } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import { sumOf, sumOfRates } from '../promql/expressions';
import { anyOf, equals } from '../promql/selector';
import { PROCESS_EDGES } from './edge-scopes';
import { fact, few, moment, plural } from './facts';
import { foldLoose, type LooseProcesses } from './loose-processes';
import { CORES, metric, sumOfKnown } from './measured';
import type { View, ViewInput, ViewOptions } from './view';

/**
 * A node a process. Edges carry a process's name and no pid, so processes that share a name in one container are one
 * node: which of them talks is not known. A name that has edges and no process is one that ended, or that is beyond the
 * exporter's cap.
 */
export const processesView: View = {
  id: 'processes',
  queries: [
    'processInfo',
    'processCpu',
    'processMemory',
    'processThreads',
    'processOpenFiles',
    'processMaxOpenFiles',
    'processStarted',
    'hostCpus',
    'hostMemory',
  ],
  edges: PROCESS_EDGES,
  *read(input, nodes) {
    const { vectors, selection } = input;
    const groups = yield* readProcesses(vectors);
    const nodeOf = yield* readNodes(input);
    const claimed = new Set<string>();
    const place = (host: string, container: string, name: string) => {
      const key = groupKey(host, container, name);
      // Whose connection it is is not known; a process that calls itself nothing is another thing.
      const members = name === '' ? [] : (groups.get(key) ?? []);
      if (members.length > 0) {
        claimed.add(key);
      }
      const group = { host, container, name, members };
      const id = processNodeId(group);
      return nodes.add(id, () => nodeOf(id, group));
    };
    return {
      place: (endpoint) =>
        isOutside(endpoint)
          ? nodes.addOutside(endpoint)
          : place(endpoint.host, endpoint.kind === 'host' ? '' : endpoint.container, endpoint.process),
      // That somebody in a container talks to somebody there says nothing.
      keepsLoop: ({ client }) => !isOutside(client) && client.process !== '',
      *addUnclaimed() {
        let count = 0;
        const loose = [...groups]
          .filter(([key]) => !claimed.has(key))
          .map(([, members]) => members.filter(({ host, container }) => selection.choosesIn(host, container)))
          .filter((members) => members.length > 0);
        for (const group of foldLoose(loose)) {
          const id = processNodeId(group);
          nodes.add(id, () => nodeOf(id, group));
          if (++count % (ROWS_A_STEP / 4) === 0) {
            yield;
          }
        }
      },
    };
  },
};

/** What is called nothing but has connections. */
export const SHORT_LIVED = {
  label: 'short-lived',
  note: 'Processes that had ended before the exporter could see their names, or whose sockets it has no right to see.',
};

function processNodeId({ host, container, name, members }: LooseProcesses): string {
  const [only] = members;
  if (only !== undefined && members.length === 1) {
    return nodeId('process', host, only.pid);
  }
  if (name === '' && members.length > 0) {
    return nodeId('process', host, container ?? '*', name, 'unnamed');
  }
  // No container has such an id.
  return nodeId('process', host, container ?? '*', name);
}

function* readNodes({
  vectors,
  options,
  containers,
}: ViewInput): Steps<(id: string, group: LooseProcesses) => TopologyNode> {
  const started = yield* numbersBy(vectors.processStarted, PID);
  const metricsOf = yield* readMetrics(vectors, options);
  const labelOf = (host: string, id: string) =>
    containerLabel(containers.get(containerKey(host, id)) ?? unknownContainer(host, id));
  return (id, group) => {
    const { host, container, name, members } = group;
    const inside = [
      ...new Set(container === undefined ? members.map((member) => member.container) : [container]),
    ]
      .filter((containerId) => containerId !== '')
      .map((containerId) => ({ id: containerNodeId(host, containerId), label: labelOf(host, containerId) }));
    const home = container === undefined ? plural(inside.length, 'container') : (inside[0]?.label ?? host);
    const [only] = members;
    const single = members.length === 1 ? only : undefined;
    return {
      id,
      kind: 'process',
      label: processLabel(group),
      sublabel: single === undefined ? home : `${home} · pid ${single.pid}`,
      group: host,
      count: Math.max(1, members.length),
      health: members.length === 0 ? 'unknown' : healthOf(members),
      facts: [
        ...fact(
          'pid',
          members.length > 1 ? 'Process ids' : 'Process id',
          ...few(members.map(({ pid }) => pid)),
        ),
        ...fact('ppid', 'Parent', single?.ppid ?? ''),
        ...fact('command', 'Command', ...distinct(members, ({ command }) => command)),
        ...fact('user', 'User', ...distinct(members, ({ user }) => user)),
        ...fact('state', 'State', ...distinct(members, ({ state }) => stateName(state))),
        ...moment('started', 'Started', single && started.get(`${host}/${single.pid}`)),
        ...fact(
          'container',
          inside.length > 1 ? 'Containers' : 'Container',
          ...few(inside.map(({ label }) => label)),
        ),
        ...fact('host', 'Host', host),
        ...(members.length === 0
          ? fact(
              'note',
              'Note',
              name === '' ? SHORT_LIVED.note : 'Ended, or beyond the exporter’s limit of processes a host.',
            )
          : []),
      ],
      metrics: members.length === 0 ? [] : metricsOf(group),
      relatives: relativesOf(group, inside),
    };
  };
}

/** Never blank: a process may have given itself a name of nothing, or of spaces. */
function processLabel({ name, members }: LooseProcesses): string {
  const [first] = members;
  if (name.trim() !== '') {
    return name;
  }
  return first === undefined
    ? SHORT_LIVED.label
    : members.length === 1
      ? `pid ${first.pid}`
      : 'without a name';
}

const PID = ['host', 'pid'];

function* readMetrics(
  vectors: Vectors,
  { scope }: ViewOptions,
): Steps<(group: LooseProcesses) => readonly Metric[]> {
  const cpu = yield* numbersBy(vectors.processCpu, PID);
  const memory = yield* numbersBy(vectors.processMemory, PID);
  const threads = yield* numbersBy(vectors.processThreads, PID);
  const files = yield* numbersBy(vectors.processOpenFiles, PID);
  const maxFiles = yield* numbersBy(vectors.processMaxOpenFiles, PID);
  const cpus = yield* numbersBy(vectors.hostCpus, ['host']);
  const hostMemory = yield* numbersBy(vectors.hostMemory, ['host', 'state']);
  return ({ host, container, members }) => {
    const pids = members.map(({ pid }) => pid);
    const place = container === undefined ? [] : [equals('container_id', container)];
    const own = [...scope, equals('host', host), ...place, ...anyOf('pid', pids)];
    const sum = (values: ReadonlyMap<string, number>) =>
      sumOfKnown(pids.map((pid) => values.get(`${host}/${pid}`)));
    return [
      metric(
        { key: 'cpu', label: 'CPU', unit: CORES },
        sum(cpu),
        sumOfRates(families.processCpuSeconds, own),
        cpus.get(host),
      ),
      metric(
        { key: 'memory', label: 'Memory', unit: 'bytes' },
        sum(memory),
        sumOf(families.processResidentMemory, own),
        hostMemory.get(`${host}/total`),
      ),
      metric(
        { key: 'threads', label: 'Threads', unit: 'short' },
        sum(threads),
        sumOf(families.processThreads, own),
      ),
      metric(
        { key: 'open_files', label: 'Open files', unit: 'short' },
        sum(files),
        sumOf(families.processOpenFiles, own),
        sum(maxFiles),
      ),
    ];
  };
}

function relativesOf(
  { host, name }: LooseProcesses,
  inside: readonly { readonly id: string; readonly label: string }[],
): readonly Relative[] {
  return [
    { view: 'hosts', id: hostNodeId(host), label: host },
    ...inside.map(({ id, label }) => ({ view: 'containers', id, label }) as const),
    ...(name === '' ? [] : [{ view: 'process-names', id: processNameNodeId(name), label: name } as const]),
  ];
}

function distinct(members: readonly Process[], read: (process: Process) => string): readonly string[] {
  return [...new Set(members.map(read))];
}

/** A zombie waits for a parent that does not ask after it. */
function healthOf(members: readonly Process[]): TopologyNode['health'] {
  return members.some(({ state }) => state === 'Z') ? 'warning' : 'ok';
}

/** The state letters of proc_pid_stat(5). */
const STATES: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting for a device',
  Z: 'zombie',
  T: 'stopped',
  t: 'traced',
  X: 'dead',
  I: 'idle',
};

function stateName(letter: string): string {
  return STATES[letter] ?? letter;
}
