import * as families from '@toposcope/exporter/contract/container-families.js';
import type { Family } from '@toposcope/exporter/contract/family.js';
import { containerKey } from '../graph/containers';
import { numbersBy } from '../graph/indexes';
import { known, NumberTable } from '../graph/number-table';
import type { Steps } from '../graph/steps';
import type { Metric } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import type { QueryId } from '../promql/queries';
import { equals, type Matcher } from '../promql/selector';
import { CORES, metric, type MetricStyle, sumOfKnown } from './measured';

/** One family over time: its rate, or its latest value, of the series that meet the conditions. */
export interface Series {
  readonly family: Family;
  readonly form: 'rate' | 'value';
  readonly matchers: readonly Matcher[];
}

type Limited = 'cpu' | 'memory' | 'pids';

interface ContainerMetric extends MetricStyle {
  readonly query: QueryId;
  readonly family: Family;
  readonly form: 'rate' | 'value';
  /** The label that tells the parts of one answer apart, and this metric's part. */
  readonly part?: readonly [label: string, value: string];
  readonly matchers?: readonly Matcher[];
  readonly limit?: Limited;
}

const CONTAINER_METRICS: readonly ContainerMetric[] = [
  {
    key: 'cpu',
    label: 'CPU',
    unit: CORES,
    query: 'containerCpu',
    family: families.containerCpuSeconds,
    form: 'rate',
    limit: 'cpu',
  },
  {
    key: 'memory',
    label: 'Memory',
    unit: 'bytes',
    query: 'containerMemory',
    family: families.containerMemory,
    form: 'value',
    matchers: [equals('kind', 'working_set')],
    limit: 'memory',
  },
  {
    key: 'network_receive',
    label: 'Network in',
    unit: 'Bps',
    query: 'containerNetwork',
    family: families.containerNetworkBytes,
    form: 'rate',
    part: ['direction', 'receive'],
  },
  {
    key: 'network_transmit',
    label: 'Network out',
    unit: 'Bps',
    query: 'containerNetwork',
    family: families.containerNetworkBytes,
    form: 'rate',
    part: ['direction', 'transmit'],
  },
  {
    key: 'disk_read',
    label: 'Disk read',
    unit: 'Bps',
    query: 'containerIo',
    family: families.containerIoBytes,
    form: 'rate',
    part: ['direction', 'read'],
  },
  {
    key: 'disk_write',
    label: 'Disk write',
    unit: 'Bps',
    query: 'containerIo',
    family: families.containerIoBytes,
    form: 'rate',
    part: ['direction', 'write'],
  },
  {
    key: 'pids',
    label: 'Tasks',
    unit: 'short',
    query: 'containerPids',
    family: families.containerPids,
    form: 'value',
    limit: 'pids',
  },
  {
    key: 'throttled',
    label: 'CPU throttled',
    unit: 'percentunit',
    query: 'containerThrottled',
    family: families.containerCpuThrottled,
    form: 'rate',
  },
  ...(['cpu', 'memory', 'io'] as const).map((resource): ContainerMetric => ({
    key: `pressure_${resource}`,
    label: `Waiting for ${resource === 'cpu' ? 'CPU' : resource === 'io' ? 'disk' : 'memory'}`,
    unit: 'percentunit',
    query: 'containerPressure',
    family: families.containerPressureSeconds,
    form: 'rate',
    part: ['resource', resource],
    matchers: [equals('kind', 'some')],
  })),
];

/** What `read` of `ContainerNumbers` needs. */
export const CONTAINER_METRIC_QUERIES: readonly QueryId[] = [
  ...new Set(CONTAINER_METRICS.map(({ query }) => query)),
  'containerCpuLimit',
  'containerMemoryLimit',
  'containerPidsLimit',
  'hostCpus',
  'hostMemory',
];

/** What each metric shows over time, in their order: a view makes each node's expressions of them. */
export const CONTAINER_SERIES: readonly Series[] = CONTAINER_METRICS.map(
  ({ family, form, part, matchers = [] }) => ({
    family,
    form,
    matchers: part === undefined ? matchers : [...matchers, equals(...part)],
  }),
);

/** The numbers of all containers. Containers are named by `host/container_id`. */
export class ContainerNumbers {
  /** The metrics in their order, then the limits in theirs. */
  readonly #table: NumberTable;
  readonly #capacities: Capacities;

  private constructor(table: NumberTable, capacities: Capacities) {
    this.#table = table;
    this.#capacities = capacities;
  }

  static *read(vectors: Vectors): Steps<ContainerNumbers> {
    const table = new NumberTable(CONTAINER_METRICS.length + LIMITS.length);
    for (const [index, { query, part }] of CONTAINER_METRICS.entries()) {
      yield* table.add(index, vectors[query], part);
    }
    for (const [index, { query }] of LIMITS.entries()) {
      yield* table.add(CONTAINER_METRICS.length + index, vectors[query]);
    }
    const memory = yield* numbersBy(vectors.hostMemory, ['state', 'host']);
    return new ContainerNumbers(table, {
      cpu: yield* numbersBy(vectors.hostCpus, ['host']),
      memory: new Map(
        [...memory].flatMap(([key, bytes]) =>
          key.startsWith(TOTAL) ? [[key.slice(TOTAL.length), bytes] as const] : [],
        ),
      ),
      pids: new Map(),
    });
  }

  /** One container's metrics, with the expressions of `CONTAINER_SERIES`; without a limit of its own, the host's capacity is the limit. */
  ofContainer(host: string, id: string, expressions: readonly string[]): readonly Metric[] {
    const numbers = this.#table.of(containerKey(host, id));
    return metricsOf(
      (column) => known(numbers[column]),
      expressions,
      (limit) => known(numbers[limitColumn(limit)]) ?? this.#capacities[limit].get(host),
    );
  }

  /** The sums over a group. It has a limit when every member has one of its own. */
  ofGroup(keys: readonly string[], expressions: readonly string[]): readonly Metric[] {
    const members = keys.map((key) => this.#table.of(key));
    return metricsOf(
      (column) => sumOfKnown(members.map((numbers) => known(numbers[column]))),
      expressions,
      (limit) => {
        const limits = members.map((numbers) => known(numbers[limitColumn(limit)]));
        return limits.includes(undefined) ? undefined : sumOfKnown(limits);
      },
    );
  }
}

const LIMITS = [
  { limit: 'cpu', query: 'containerCpuLimit' },
  { limit: 'memory', query: 'containerMemoryLimit' },
  { limit: 'pids', query: 'containerPidsLimit' },
] as const satisfies readonly { limit: Limited; query: QueryId }[];

function limitColumn(limit: Limited): number {
  return CONTAINER_METRICS.length + LIMITS.findIndex((each) => each.limit === limit);
}

const TOTAL = 'total/';

/** What hosts have, by their names. */
type Capacities = Readonly<Record<Limited, ReadonlyMap<string, number>>>;

function metricsOf(
  valueOf: (column: number) => number | undefined,
  expressions: readonly string[],
  limitOf: (limit: Limited) => number | undefined,
): readonly Metric[] {
  return CONTAINER_METRICS.map((style, column) =>
    metric(style, valueOf(column), expressions[column] ?? '', style.limit && limitOf(style.limit)),
  );
}
