import {
  containerExitCode,
  containerInfo,
  containerOomKills,
  containerRestarts,
  containerStartTime,
  containerState,
  containerWorkloadInfo,
} from '@toposcope/exporter/contract/container-families.js';
import { collectorUp } from '@toposcope/exporter/contract/self-families.js';
import type { Family } from '@toposcope/exporter/contract/family.js';
import { ownSeries, withExported } from '../promql/own-labels';
import { anyOf, equals, type Matcher, selector } from '../promql/selector';
import type { EventKind } from './events-query';

export interface EventScope {
  /** The data source's own conditions. */
  readonly matchers: readonly Matcher[];
  readonly hosts: readonly string[];
  readonly namespaces: readonly string[];
  readonly containers: readonly string[];
  readonly kinds: readonly EventKind[];
  /** The step of the range query in seconds, at least two scrapes: each step looks back to the one before it. */
  readonly step: number;
}

/** What is asked about events: each answer has a sample only at the steps at which something happened. */
export type EventAnswer = 'started' | 'restarted' | 'stopped' | 'exitCodes' | 'removed' | 'killed';

const PLACE = 'on (host, container_id)';
const ENDED = 'state=~"exited|dead"' as Matcher;
const ALIVE = 'state=~"running|paused|restarting"' as Matcher;

/**
 * Range queries that Prometheus answers with what happened and nothing else, however many containers there are. They
 * compare each step with the one before, so that neither the clocks of hosts nor lost scrapes make events; and what is
 * seen for the first time counts only where the host's containers were read before.
 */
export function eventExpressions(scope: EventScope): ReadonlyMap<EventAnswer, string> {
  const { step, hosts, kinds } = scope;
  const conditions = [...scope.matchers, ...anyOf('host', hosts)];
  const at = (family: Family, offset: string, only: readonly Matcher[] = []) =>
    `max by (host, container_id) (last_over_time(${selector(family, [...conditions, ...only])}[${step}s]${offset}))`;
  const now = (family: Family, ...only: readonly Matcher[]) => at(family, '', only);
  const before = (family: Family, ...only: readonly Matcher[]) => at(family, ` offset ${step}s`, only);
  const isRead = selector(collectorUp, [...conditions, equals('collector', 'container')]);
  const wasRead = `on (host) (max by (host) (last_over_time(${isRead}[${step}s] offset ${step}s)) == 1)`;
  const isReadNow = `on (host) (max by (host) (last_over_time(${isRead}[${step}s])) == 1)`;

  const [started, restarts, kills] = [
    now(containerStartTime),
    now(containerRestarts),
    now(containerOomKills),
  ];
  const ended = now(containerState, ENDED);
  const stopped = `${ended} unless ${PLACE} ${before(containerState, ENDED)} and ${wasRead}`;
  const expressions: readonly [EventAnswer, readonly EventKind[], string][] = [
    ['started', ['start', 'restart'], `${started} unless ${started} == ${before(containerStartTime)}`],
    ['restarted', ['start', 'restart'], `${restarts} - ${before(containerRestarts)} > 0`],
    ['stopped', ['stop'], stopped],
    ['exitCodes', ['stop'], `${now(containerExitCode)} and ${PLACE} (${stopped})`],
    [
      'removed',
      ['stop'],
      `${before(containerState, ALIVE)} unless ${PLACE} ${now(containerState)}` +
        ` unless ${PLACE} ${before(containerState, ENDED)} and ${isReadNow}`,
    ],
    [
      'killed',
      ['oom'],
      `(${kills} - ${before(containerOomKills)} > 0)` +
        ` or (${kills} > 0 unless ${before(containerOomKills)} and ${wasRead})`,
    ],
  ];
  const narrow = narrowing(scope);
  return new Map(
    expressions
      .filter(([, of]) => kinds.length === 0 || kinds.some((kind) => of.includes(kind)))
      .map(([answer, , expr]) => [answer, narrow(expr)]),
  );
}

/** An instant query at the range's end: what containers are called that were there within so many seconds. */
export function nameExpressions(
  matchers: readonly Matcher[],
  containers: readonly string[],
  seconds: number,
): { readonly info: string; readonly workloads: string } {
  const of = (family: Family, labels: readonly string[]) => {
    const series = selector(family, [...matchers, ...anyOf('container_id', containers)]);
    return `group by (host, container_id, ${labels.join(', ')}) (last_over_time(${series}[${seconds}s]))`;
  };
  return {
    info: of(containerInfo, ['name', 'image']),
    workloads: of(containerWorkloadInfo, withExported(['namespace'])),
  };
}

/** Leaves only events of the containers that are chosen by name or namespace, which may be gone since. */
function narrowing({ matchers, namespaces, containers, step }: EventScope): (expr: string) => string {
  const recent = (series: string) => `last_over_time(${series}[${2 * step}s])`;
  const chosen = [
    ...(containers.length === 0
      ? []
      : [recent(selector(containerInfo, [...matchers, ...anyOf('name', containers)]))]),
    ...(namespaces.length === 0
      ? []
      : [ownSeries(containerWorkloadInfo, matchers, 'namespace', namespaces, recent)]),
  ];
  return (expr) => chosen.reduce((narrowed, series) => `(${narrowed}) and ${PLACE} ${series}`, expr);
}
