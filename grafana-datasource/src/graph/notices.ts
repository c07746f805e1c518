import { QUERIES, QUERY_IDS } from '../promql/queries';
import { eachRow, numbersBy, textsBy } from './indexes';
import type { Steps } from './steps';
import type { Notice, ViewId } from './topology';
import type { Vectors } from './vectors';

/** What the answers themselves say about how complete they are. */
export function* readNotices(vectors: Vectors, nodes: number): Steps<readonly Notice[]> {
  const exporters = yield* numbersBy(vectors.exporters, ['host']);
  if (exporters.size === 0 && nodes === 0) {
    return [NOTHING_FOUND, ...(yield* lostExporters(vectors))];
  }
  return [
    ...(yield* lostExporters(vectors)),
    ...(yield* failingCollectors(vectors)),
    ...foreignContracts(vectors),
    ...(yield* cuts(vectors)),
  ];
}

/** Views of containers and of what is known of them alone. */
const OF_CONTAINERS: ReadonlySet<ViewId> = new Set(['workloads', 'containers', 'images', 'networks']);

/** Why a view of containers has none, where exporters answer whose container collectors do not fail. */
export function* noContainers(view: ViewId, vectors: Vectors): Steps<readonly Notice[]> {
  if (!OF_CONTAINERS.has(view) || vectors.containerInfo?.size !== 0) {
    return [];
  }
  const collectors = yield* numbersBy(vectors.collectors, ['host', 'collector']);
  const exporters = yield* numbersBy(vectors.exporters, ['host']);
  const hosts = [...exporters.keys()].filter((host) => collectors.get(`${host}/container`) !== 0);
  return hosts.length === 0
    ? []
    : [
        {
          severity: 'info',
          message: `No container engine answers on ${list(hosts)}, or it has no containers.`,
          action:
            'Start the engine there, or let the exporter reach its socket: the exporter’s log says where it looked. Hosts and processes are in their own views.',
        },
      ];
}

const NOTHING_FOUND: Notice = {
  severity: 'warning',
  message: 'No series named toposcope_… at this time.',
  action:
    'Is the exporter running, and does the picked Prometheus scrape it? The data source’s “Save & test” says what is missing.',
};

function* lostExporters(vectors: Vectors): Steps<readonly Notice[]> {
  const hosts = [...(yield* numbersBy(vectors.lostExporters, ['host'])).keys()];
  return hosts.length === 0
    ? []
    : [
        {
          severity: 'warning',
          message: `Seen within the last hour, but not now: ${list(hosts)}.`,
          action: 'Is the exporter there running, and does Prometheus’ Targets page show it as up?',
        },
      ];
}

function* failingCollectors(vectors: Vectors): Steps<readonly Notice[]> {
  const hosts = new Map<string, string[]>();
  yield* eachRow(vectors.collectors, (read, up) => {
    if (up === 0) {
      hosts.set(read('collector'), [...(hosts.get(read('collector')) ?? []), read('host')]);
    }
  });
  return [...hosts].sort().map(([collector, failing]) => ({
    severity: 'warning',
    message: `The ${collector} collector fails on ${list(failing)}: what it measures is missing here.`,
    action: 'The exporter’s log says why.',
  }));
}

/** An exporter of another contract writes families or labels under other names; a picture of them would be wrong. */
function foreignContracts(vectors: Vectors): readonly Notice[] {
  return QUERY_IDS.flatMap((id) => {
    const vector = vectors[id];
    const missing = QUERIES[id].required.filter((name) => vector?.labels.has(name) !== true);
    return vector === undefined || vector.size === 0 || missing.length === 0
      ? []
      : [
          {
            severity: 'warning' as const,
            message: `${QUERIES[id].family.name} comes without ${missing.join(', ')}.`,
            action: 'The exporter and this plugin are of different versions: update the older one.',
          },
        ];
  });
}

function* cuts(vectors: Vectors): Steps<readonly Notice[]> {
  const families = yield* textsBy(vectors.dropped, ['host'], (read) => read('family'));
  return families.size === 0
    ? []
    : [
        {
          severity: 'info',
          message: `Limits keep series out on ${list([...families.keys()])}: ${list([...families.values()].flat())}.`,
          action: 'Raise the limit with the exporter’s flags if the rest is needed.',
        },
      ];
}

/** A few names, and how many more there are. */
function list(names: readonly string[]): string {
  const sorted = [...new Set(names)].sort();
  const rest = sorted.length - 5;
  return rest > 0 ? `${sorted.slice(0, 5).join(', ')} and ${rest} more` : sorted.join(', ');
}
