import * as connection from '@toposcope/exporter/contract/connection-families.js';
import type { EdgeLabel } from '@toposcope/exporter/contract/connection-families.js';
import * as container from '@toposcope/exporter/contract/container-families.js';
import type { Family } from '@toposcope/exporter/contract/family.js';
import * as host from '@toposcope/exporter/contract/host-families.js';
import * as process from '@toposcope/exporter/contract/process-families.js';
import * as self from '@toposcope/exporter/contract/self-families.js';
import { rateOf } from './expressions';
import { KUBE_QUERIES } from './kube-queries';
import { withExported } from './own-labels';
import { anyOf, type Matcher, selector } from './selector';

/** What a refresh asks for, besides the view. */
export interface QueryScope {
  /** The data source's own conditions, such as a cluster's label: on every query. */
  readonly matchers: readonly Matcher[];
  /** Only these hosts' numbers and edges; empty: all. Identities are always asked of all: a peer may be anywhere. */
  readonly hosts: readonly string[];
  /** The window of rates, such as `60s`. */
  readonly window: string;
  /** Everything that was seen within so long, such as `3600s`, which is then the window, too; absent: what is now. */
  readonly period?: string | undefined;
  /** The label that tells Kubernetes clusters apart; absent: `cluster`. */
  readonly clusterLabel?: string;
  /** What the view needs of an edge's labels; the rest is added up by Prometheus. */
  readonly edges: EdgeScope;
}

export interface EdgeScope {
  readonly labels: readonly EdgeLabel[];
  readonly matchers: readonly Matcher[];
}

/** One instant query: its id in `QUERIES` is its refId. */
export interface Query {
  /** For messages: what is missing when the answer is. */
  readonly family: Pick<Family, 'name' | 'type'>;
  /** Labels that are never empty in an exporter of this contract; a series without them comes from another one. */
  readonly required: readonly string[];
  readonly promql: (scope: QueryScope) => string;
}

/** Processor modes that are work; guest time is in user time already. */
export const BUSY_MODES = 'mode!~"idle|iowait|steal|guest|guest_nice"' as Matcher;

const CONTAINER = ['host', 'container_id'] as const;
const GROUP = ['host', 'container_id', 'name'] as const;
const PID = ['host', 'container_id', 'pid'] as const;

/** Every query of the product. A view names those that it needs. */
export const QUERIES = {
  hostInfo: identity(host.hostInfo),
  hostAddresses: identity(host.hostAddressInfo, ['ip']),
  hostBootTime: gauge(host.hostBootTime, ['host']),
  hostCpus: gauge(host.hostCpus, ['host']),
  hostLoad1: gauge(host.hostLoad1, ['host']),
  hostLoad5: gauge(host.hostLoad5, ['host']),
  hostLoad15: gauge(host.hostLoad15, ['host']),
  hostBusy: rate(host.hostCpuSeconds, ['host'], BUSY_MODES),
  hostMemory: gauge(host.hostMemory, ['host', 'state']),

  containerInfo: identity(container.containerInfo, ['container_id', 'name']),
  containerWorkload: identity(container.containerWorkloadInfo, ['container_id']),
  workloadDesired: identity(container.workloadDesiredReplicas, ['workload']),
  workloadRunning: identity(container.workloadRunningReplicas, ['workload']),
  containerLabels: everything(container.containerLabels),
  containerAddresses: identity(container.containerAddressInfo, ['container_id', 'ip']),
  containerPorts: identity(container.containerPortInfo, ['container_id', 'host_port', 'port']),
  containerState: identity(container.containerState, ['container_id', 'state']),
  containerHealth: identity(container.containerHealth, ['container_id', 'health']),
  containerCreated: gauge(container.containerCreated, CONTAINER),
  containerStarted: gauge(container.containerStartTime, CONTAINER),
  containerRestarts: gauge(container.containerRestarts, CONTAINER),
  containerExitCode: gauge(container.containerExitCode, CONTAINER),
  containerOomKills: gauge(container.containerOomKills, CONTAINER),
  containerCpu: rate(container.containerCpuSeconds, CONTAINER),
  containerCpuLimit: gauge(container.containerCpuLimit, CONTAINER),
  containerThrottled: rate(container.containerCpuThrottled, CONTAINER),
  containerMemory: gauge(container.containerMemory, CONTAINER, 'kind="working_set"' as Matcher),
  containerMemoryLimit: gauge(container.containerMemoryLimit, CONTAINER),
  containerNetwork: rate(container.containerNetworkBytes, [...CONTAINER, 'direction']),
  containerIo: rate(container.containerIoBytes, [...CONTAINER, 'direction']),
  containerPids: gauge(container.containerPids, CONTAINER),
  containerPidsLimit: gauge(container.containerPidsLimit, CONTAINER),
  containerPressure: rate(
    container.containerPressureSeconds,
    [...CONTAINER, 'resource'],
    'kind="some"' as Matcher,
  ),

  processInfo: identity(process.processInfo, ['pid', 'name']),
  processCpu: rate(process.processCpuSeconds, PID),
  processMemory: gauge(process.processResidentMemory, PID),
  processThreads: gauge(process.processThreads, PID),
  processOpenFiles: gauge(process.processOpenFiles, PID),
  processMaxOpenFiles: gauge(process.processMaxOpenFiles, PID),
  processStarted: gauge(process.processStartTime, PID),
  groupProcesses: gauge(process.processGroupProcesses, GROUP),
  groupCpu: rate(process.processGroupCpuSeconds, GROUP),
  groupMemory: gauge(process.processGroupResidentMemory, GROUP),
  groupThreads: gauge(process.processGroupThreads, GROUP),
  groupOpenFiles: gauge(process.processGroupOpenFiles, GROUP),

  listeners: identity(connection.listenerInfo, ['protocol', 'port']),
  edgeOpen: edges(connection.connectionsOpen),
  edgeOpened: edgeRates(connection.connectionsOpened),
  edgeClosed: edgeRates(connection.connectionsClosed),
  edgeFailed: edgeRates(connection.connectionsFailed),
  edgeSent: edgeRates(connection.connectionSentBytes),
  edgeReceived: edgeRates(connection.connectionReceivedBytes),
  edgeRetransmits: edgeRates(connection.connectionRetransmits),
  edgeRttSum: edgeRates(connection.connectionRtt, '_sum'),
  edgeRttCount: edgeRates(connection.connectionRtt, '_count'),

  exporters: identity(self.exporterBuildInfo, ['version']),
  collectors: gauge(self.collectorUp, ['host', 'collector']),
  lostExporters: lost(self.exporterBuildInfo),
  dropped: increase(self.seriesDropped, ['host', 'family']),

  ...KUBE_QUERIES,
} satisfies Record<string, Query>;

export type QueryId = keyof typeof QUERIES;
export const QUERY_IDS = Object.keys(QUERIES) as readonly QueryId[];

/** An `_info` family, without what the scrape added, such as instance and job. */
function identity(family: Family, required: readonly string[] = []): Query {
  const labels = withExported([...family.labels, ...Object.keys(family.optionalLabels)]);
  return {
    family,
    required: ['host', ...required],
    promql: ({ matchers, period }) =>
      `max by (${labels.join(', ')}) (${latest(selector(family, matchers), period)})`,
  };
}

/** A family whose label names nobody knows beforehand. */
function everything(family: Family): Query {
  return {
    family,
    required: ['host', 'container_id'],
    promql: ({ matchers, period }) =>
      `max without (instance, job) (${latest(selector(family, matchers), period)})`,
  };
}

function gauge<Label extends string>(
  family: Family<Label>,
  by: readonly ('host' | Label)[],
  ...only: readonly Matcher[]
): Query {
  return {
    family,
    required: ['host'],
    promql: (scope) =>
      `sum by (${by.join(', ')}) (${latest(selector(family, [...within(scope), ...only]), scope.period)})`,
  };
}

function rate<Label extends string>(
  family: Family<Label>,
  by: readonly ('host' | Label)[],
  ...only: readonly Matcher[]
): Query {
  return {
    family,
    required: ['host'],
    promql: (scope) =>
      `sum by (${by.join(', ')}) (${rateOf(family, [...within(scope), ...only], scope.window)})`,
  };
}

function increase<Label extends string>(family: Family<Label>, by: readonly ('host' | Label)[]): Query {
  return {
    family,
    required: ['host'],
    promql: (scope) =>
      `sum by (${by.join(', ')}) (increase(${selector(family, within(scope))}[${scope.window}])) > 0`,
  };
}

/** Hosts whose series ended within the last hour: when they were last seen. */
function lost(family: Family): Query {
  return {
    family,
    required: ['host'],
    promql: (scope) => {
      const series = selector(family, within(scope));
      return (
        `max by (host) (max_over_time(timestamp(${series})[1h:1m])) ` +
        `unless on (host) group by (host) (${series})`
      );
    },
  };
}

function edges(family: Family): Query {
  return {
    family,
    required: ['host', 'role', 'protocol'],
    promql: (scope) => {
      const series = selector(family, edgeMatchers(scope));
      const open = scope.period === undefined ? series : `max_over_time(${series}[${scope.period}])`;
      return `sum by (${edgeLabels(scope)}) (${open})`;
    },
  };
}

function edgeRates(family: Family, part = ''): Query {
  return {
    family,
    required: ['host', 'role', 'protocol'],
    promql: (scope) =>
      `sum by (${edgeLabels(scope)}) (${rateOf(family, edgeMatchers(scope), scope.window, part)})`,
  };
}

/** The series as they are, or as they last were within the period. */
function latest(series: string, period: string | undefined): string {
  return period === undefined ? series : `last_over_time(${series}[${period}])`;
}

function edgeLabels({ edges: { labels } }: QueryScope): string {
  return ['host', ...labels].join(', ');
}

function edgeMatchers(scope: QueryScope): readonly Matcher[] {
  return [...within(scope), ...scope.edges.matchers];
}

function within({ matchers, hosts }: QueryScope): readonly Matcher[] {
  return [...matchers, ...anyOf('host', hosts)];
}
