import { containerWorkloadInfo } from '@toposcope/exporter/contract/container-families.js';
import { KUBE_FAMILIES, type KubeFamilies } from './kube-families';
import { withExported } from './own-labels';
import type { Query } from './queries';
import { equals, type Matcher, selector } from './selector';

/** The label that tells clusters apart, unless the data source is told another one. */
export const DEFAULT_CLUSTER_LABEL = 'cluster';

/** Whether it may be the name of a label: anything else would be an error in every query. */
export function isLabelName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}

export type KubeQueryId = keyof typeof KUBE_FAMILIES;
export const KUBE_QUERY_IDS = Object.keys(KUBE_FAMILIES) as readonly KubeQueryId[];

/** One query a kind of object, and which hosts run pods, in which cluster. */
export const KUBE_QUERIES = {
  ...(Object.fromEntries(
    Object.entries(KUBE_FAMILIES).map(([id, families]) => [id, kubeQuery(families)]),
  ) as Record<KubeQueryId, Query>),
  kubernetesHosts: {
    family: containerWorkloadInfo,
    required: ['host'],
    promql: ({ matchers, period, clusterLabel = DEFAULT_CLUSTER_LABEL }) => {
      const pods = selector(containerWorkloadInfo, [...matchers, equals('orchestrator', 'kubernetes')]);
      const series = period === undefined ? pods : `last_over_time(${pods}[${period}])`;
      return `max by (host, ${clusterLabel}) (${series})`;
    },
  } satisfies Query,
};

function kubeQuery({ always, more = [], labels, states }: KubeFamilies): Query {
  const families = [...always, ...more];
  const [name = ''] = families;
  return {
    family: { name, type: 'gauge' },
    required: [],
    promql: ({ matchers, period, clusterLabel = DEFAULT_CLUSTER_LABEL }) => {
      const named = kubeSelector(families.join('|'), matchers);
      const series = period === undefined ? named : `last_over_time(${named}[${period}])`;
      const by = ['__name__', clusterLabel, ...withExported(labels)];
      return `max by (${by.join(', ')}) (${series}${states === undefined ? '' : ' == 1'})`;
    },
  };
}

/** Series of the families, which are joined by `|`, that meet the data source's conditions. */
export function kubeSelector(families: string, matchers: readonly Matcher[]): string {
  return `{${[`__name__=~"${families}"`, ...matchers.filter(isOfNoTarget)].join(',')}}`;
}

/** The exporters' job or address is not that of kube-state-metrics. */
function isOfNoTarget(matcher: Matcher): boolean {
  return !/^(?:job|instance)\b/.test(matcher);
}
