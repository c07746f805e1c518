import * as families from '@toposcope/exporter/contract/container-families.js';
import type { Family } from '@toposcope/exporter/contract/family.js';
import { numbersBy } from '../graph/indexes';
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

/** The numbers of all containers, indexed. Containers are named by `host/container_id`. */
export class ContainerNumbers {
  readonly #values: readonly ReadonlyMap<string, number>[];
  readonly #limits: Limits;

  private constructor(values: readonly ReadonlyMap<string, number>[], limits: Limits) {
    this.#values = values;
    this.#limits = limits;
  }

  static *read(vectors: Vectors): Steps<ContainerNumbers> {
    const values: ReadonlyMap<string, number>[] = [];
    for (const { query, part } of CONTAINER_METRICS) {
      values.push(yield* numbersBy(vectors[query], CONTAINER, part));
    }
    return new ContainerNumbers(values, {
      cpu: yield* numbersBy(vectors.containerCpuLimit, CONTAINER),
      memory: yield* numbersBy(vectors.containerMemoryLimit, CONTAINER),
      pids: yield* numbersBy(vectors.containerPidsLimit, CONTAINER),
      hostCpus: yield* numbersBy(vectors.hostCpus, ['host']),
      hostMemory: yield* numbersBy(vectors.hostMemory, ['host'], ['state', 'total']),
    });
  }

  /** One container's metrics, with the expressions of `CONTAINER_SERIES`; without a limit of its own, the host's capacity is the limit. */
  ofContainer(host: string, id: string, expressions: readonly string[]): readonly Metric[] {
    const key = `${host}/${id}`;
    return this.#metrics(
      (values) => values.get(key),
      expressions,
      (limit) => this.#limits[limit].get(key) ?? this.#capacity(host, limit),
    );
  }

  /** The sums over a group. It has a limit when every member has one of its own. */
  ofGroup(keys: readonly string[], expressions: readonly string[]): readonly Metric[] {
    return this.#metrics(
      (values) => sumOfKnown(keys.map((key) => values.get(key))),
      expressions,
      (limit) => {
        const limits = keys.map((key) => this.#limits[limit].get(key));
        return limits.includes(undefined) ? undefined : sumOfKnown(limits);
      },
    );
  }

  #capacity(host: string, limit: Limited): number | undefined {
    switch (limit) {
      case 'cpu':
        return this.#limits.hostCpus.get(host);
      case 'memory':
        return this.#limits.hostMemory.get(host);
      case 'pids':
        return undefined;
    }
  }

  #metrics(
    valueIn: (values: ReadonlyMap<string, number>) => number | undefined,
    expressions: readonly string[],
    limitOf: (limit: Limited) => number | undefined,
  ): readonly Metric[] {
    return CONTAINER_METRICS.map((style, index) =>
      metric(
        style,
        valueIn(this.#values[index] ?? NOTHING),
        expressions[index] ?? '',
        style.limit && limitOf(style.limit),
      ),
    );
  }
}

const NOTHING: ReadonlyMap<string, number> = new Map();

const CONTAINER = ['host', 'container_id'];

interface Limits {
  readonly cpu: ReadonlyMap<string, number>;
  readonly memory: ReadonlyMap<string, number>;
  readonly pids: ReadonlyMap<string, number>;
  readonly hostCpus: ReadonlyMap<string, number>;
  readonly hostMemory: ReadonlyMap<string, number>;
}
