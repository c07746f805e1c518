import * as families from '@toposcope/exporter/contract/process-families.js';
import { containerKey, containerLabel, readContainers, unknownContainer } from '../graph/containers';
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
import { fact, moment } from './facts';
import { CORES, metric, sumOfKnown } from './measured';
import { isSelected, type View, type ViewOptions } from './view';

/**
 * A node a process. Edges carry a process's name and no pid, so processes that share a name in one container and have
 * connections are one node: which of them talks is not known. A name that has edges and no process is one that ended,
 * or that is beyond the exporter's cap.
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
  *read(vectors, options, nodes) {
    const groups = yield* readProcesses(vectors);
    const nodeOf = yield* readNodes(vectors, options);
    const claimed = new Set<string>();
    const place = (host: string, container: string, name: string) => {
      const key = groupKey(host, container, name);
      const members = groups.get(key) ?? [];
      claimed.add(key);
      const [only] = members;
      const id =
        only !== undefined && members.length === 1
          ? nodeId('process', host, only.pid)
          : nodeId('process', host, container, name);
      return nodes.add(id, () => nodeOf(id, { host, container, name }, members));
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
        for (const [key, members] of groups) {
          for (const process of claimed.has(key) ? [] : members) {
            if (isSelected(process.host, options)) {
              const id = nodeId('process', process.host, process.pid);
              nodes.add(id, () => nodeOf(id, process, [process]));
            }
            if (++count % (ROWS_A_STEP / 4) === 0) {
              yield;
            }
          }
        }
      },
    };
  },
};

/** Why an edge may name no process. */
export const NAMELESS = 'The process had ended before the exporter could see its name.';

type Group = Pick<Process, 'host' | 'container' | 'name'>;

function* readNodes(
  vectors: Vectors,
  options: ViewOptions,
): Steps<(id: string, group: Group, members: readonly Process[]) => TopologyNode> {
  const containers = yield* readContainers(vectors);
  const started = yield* numbersBy(vectors.processStarted, PID);
  const metricsOf = yield* readMetrics(vectors, options);
  return (id, group, members) => {
    const { host, container, name } = group;
    const home =
      container === ''
        ? host
        : containerLabel(containers.get(containerKey(host, container)) ?? unknownContainer(host, container));
    const [only] = members;
    const single = members.length === 1 ? only : undefined;
    return {
      id,
      kind: 'process',
      label: name === '' ? 'unknown process' : name,
      sublabel: single === undefined ? home : `${home} · pid ${single.pid}`,
      group: host,
      count: Math.max(1, members.length),
      health: members.length === 0 ? 'unknown' : healthOf(members),
      facts: [
        ...fact('pid', members.length > 1 ? 'Process ids' : 'Process id', ...members.map(({ pid }) => pid)),
        ...fact('ppid', 'Parent', single?.ppid ?? ''),
        ...fact('command', 'Command', ...distinct(members, ({ command }) => command)),
        ...fact('user', 'User', ...distinct(members, ({ user }) => user)),
        ...fact('state', 'State', ...distinct(members, ({ state }) => stateName(state))),
        ...moment('started', 'Started', single && started.get(`${host}/${single.pid}`)),
        ...fact('container', 'Container', container === '' ? '' : home),
        ...fact('host', 'Host', host),
        ...(members.length === 0
          ? fact(
              'note',
              'Note',
              name === '' ? NAMELESS : 'Ended, or beyond the exporter’s limit of processes a host.',
            )
          : []),
      ],
      metrics: members.length === 0 ? [] : metricsOf(group, members),
      relatives: relativesOf(group, home),
    };
  };
}

const PID = ['host', 'pid'];

function* readMetrics(
  vectors: Vectors,
  { scope }: ViewOptions,
): Steps<(group: Group, members: readonly Process[]) => readonly Metric[]> {
  const cpu = yield* numbersBy(vectors.processCpu, PID);
  const memory = yield* numbersBy(vectors.processMemory, PID);
  const threads = yield* numbersBy(vectors.processThreads, PID);
  const files = yield* numbersBy(vectors.processOpenFiles, PID);
  const maxFiles = yield* numbersBy(vectors.processMaxOpenFiles, PID);
  const cpus = yield* numbersBy(vectors.hostCpus, ['host']);
  const hostMemory = yield* numbersBy(vectors.hostMemory, ['host', 'state']);
  return ({ host, container }, members) => {
    const pids = members.map(({ pid }) => pid);
    const own = [...scope, equals('host', host), equals('container_id', container), ...anyOf('pid', pids)];
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

function relativesOf({ host, container, name }: Group, home: string): readonly Relative[] {
  return [
    { view: 'hosts', id: hostNodeId(host), label: host },
    ...(container === ''
      ? []
      : [{ view: 'containers', id: containerNodeId(host, container), label: home } as const]),
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
