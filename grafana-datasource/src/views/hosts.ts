import * as families from '@toposcope/exporter/contract/host-families.js';
import { containerLabel } from '../graph/containers';
import { isElsewhere } from '../graph/endpoint';
import { eachRow, numbersBy, textsBy } from '../graph/indexes';
import { containerNodeId, hostNodeId } from '../graph/node-id';
import { compareText } from '../graph/order';
import type { Steps } from '../graph/steps';
import type { Metric, Relative, TopologyNode } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import { sumOf, sumOfRates } from '../promql/expressions';
import { BUSY_MODES } from '../promql/queries';
import { equals } from '../promql/selector';
import { HOST_EDGES } from './edge-scopes';
import { fact, moment, plural } from './facts';
import { metric } from './measured';
import type { View, ViewInput, ViewOptions } from './view';

/** A node a host. */
export const hostsView: View = {
  id: 'hosts',
  countsDeparted: true,
  queries: [
    'hostInfo',
    'hostBootTime',
    'hostCpus',
    'hostBusy',
    'hostMemory',
    'hostLoad1',
    'hostLoad5',
    'hostLoad15',
  ],
  edges: HOST_EDGES,
  *read(input, nodes) {
    const { vectors, options } = input;
    const isChosen = (host: string) => options.hosts.length === 0 || options.hosts.includes(host);
    const nodeOf = yield* readNodes(input);
    const add = (host: string) => nodes.add(hostNodeId(host), () => nodeOf(host));
    for (const source of [vectors.hostInfo, vectors.exporters]) {
      yield* eachRow(source, (read) => {
        if (read('host') !== '' && isChosen(read('host'))) {
          add(read('host'));
        }
      });
    }
    return {
      place: (endpoint) => (isElsewhere(endpoint) ? nodes.addOutside(endpoint) : add(endpoint.host)),
      keepsLoop: () => false,
    };
  },
};

function* readNodes(input: ViewInput): Steps<(host: string) => TopologyNode> {
  const { vectors, options } = input;
  const text = (query: keyof Vectors, name: string) =>
    textsBy(vectors[query], ['host'], (read) => read(name));
  const identity = {
    os: yield* textsBy(vectors.hostInfo, ['host'], (read) => `${read('os')} ${read('os_version')}`.trim()),
    kernel: yield* text('hostInfo', 'kernel'),
    arch: yield* text('hostInfo', 'arch'),
    virtualization: yield* text('hostInfo', 'virtualization'),
    addresses: yield* textsBy(vectors.hostAddresses, ['host'], (read) =>
      read('scope') === 'global' ? read('ip') : '',
    ),
    version: yield* text('exporters', 'version'),
  };
  const booted = yield* numbersBy(vectors.hostBootTime, ['host']);
  const collectors = yield* numbersBy(vectors.collectors, ['host', 'collector']);
  const failing = new Set(
    [...collectors].filter(([, up]) => up === 0).map(([key]) => key.slice(0, key.lastIndexOf('/'))),
  );
  const containers = readContainersByHost(input);
  const metrics = yield* readMetrics(vectors, options);
  return (host) => {
    const own = containers.get(host) ?? [];
    const of = (values: ReadonlyMap<string, readonly string[]>) => values.get(host) ?? [];
    return {
      id: hostNodeId(host),
      kind: 'host',
      label: host,
      sublabel: own.length > 0 ? plural(own.length, 'container') : (of(identity.os)[0] ?? ''),
      group: host,
      count: 1,
      health: failing.has(host) ? 'warning' : of(identity.version).length > 0 ? 'ok' : 'unknown',
      facts: [
        ...fact('os', 'Operating system', ...of(identity.os)),
        ...fact('kernel', 'Kernel', ...of(identity.kernel)),
        ...fact('arch', 'Architecture', ...of(identity.arch)),
        ...fact('virtualization', 'Virtualization', ...of(identity.virtualization)),
        ...moment('booted', 'Booted', booted.get(host)),
        ...fact('addresses', 'Addresses', ...of(identity.addresses)),
        ...fact('containers', 'Containers', String(own.length)),
        ...fact('exporter_version', 'Exporter', ...of(identity.version)),
      ],
      metrics: metrics(host),
      relatives: own,
    };
  };
}

function readContainersByHost({
  containers,
  selection,
}: ViewInput): ReadonlyMap<string, readonly Relative[]> {
  const byHost = new Map<string, Relative[]>();
  for (const container of containers.values()) {
    const { host, id } = container;
    if (!selection.shows(container)) {
      continue;
    }
    const relative = {
      view: 'containers',
      id: containerNodeId(host, id),
      label: containerLabel(container),
    } as const;
    const known = byHost.get(host);
    if (known === undefined) {
      byHost.set(host, [relative]);
    } else {
      known.push(relative);
    }
  }
  for (const relatives of byHost.values()) {
    relatives.sort((a, b) => compareText(a.label, b.label) || compareText(a.id, b.id));
  }
  return byHost;
}

function* readMetrics(vectors: Vectors, { scope }: ViewOptions): Steps<(host: string) => readonly Metric[]> {
  const cpus = yield* numbersBy(vectors.hostCpus, ['host']);
  const busy = yield* numbersBy(vectors.hostBusy, ['host']);
  const memory = yield* numbersBy(vectors.hostMemory, ['host', 'state']);
  const loads = [
    { minutes: 1, family: families.hostLoad1, values: yield* numbersBy(vectors.hostLoad1, ['host']) },
    { minutes: 5, family: families.hostLoad5, values: yield* numbersBy(vectors.hostLoad5, ['host']) },
    { minutes: 15, family: families.hostLoad15, values: yield* numbersBy(vectors.hostLoad15, ['host']) },
  ];
  return (host) => {
    const own = [...scope, equals('host', host)];
    const [total, available] = [memory.get(`${host}/total`), memory.get(`${host}/available`)];
    const memoryIn = (state: string) => sumOf(families.hostMemory, [...own, equals('state', state)]);
    return [
      metric(
        { key: 'cpu', label: 'CPU', unit: 'percentunit' },
        quotient(busy.get(host), cpus.get(host)),
        `${sumOfRates(families.hostCpuSeconds, [...own, BUSY_MODES])} / ${sumOf(families.hostCpus, own)}`,
        1,
      ),
      metric(
        { key: 'memory', label: 'Memory', unit: 'bytes' },
        total === undefined || available === undefined ? undefined : total - available,
        `${memoryIn('total')} - ${memoryIn('available')}`,
        total,
      ),
      ...loads.map(({ minutes, family, values }) =>
        metric(
          { key: `load${minutes}`, label: `Load, ${plural(minutes, 'minute')}`, unit: 'short' },
          values.get(host),
          sumOf(family, own),
          cpus.get(host),
        ),
      ),
    ];
  };
}

function quotient(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by;
}
