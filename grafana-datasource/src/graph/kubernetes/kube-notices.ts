import { KUBE_FAMILIES } from '../../promql/kube-families';
import { DEFAULT_CLUSTER_LABEL, KUBE_QUERY_IDS, type KubeQueryId } from '../../promql/kube-queries';
import { compareText } from '../order';
import type { Steps } from '../steps';
import type { Notice } from '../topology';
import type { Vectors } from '../vectors';
import type { HostClusters } from './host-clusters';
import { eachKubeRow } from './kube-objects';

/** Answers that are there wherever the other one is: every cluster has pods, Services, namespaces and Nodes. */
const COMES_WITH: Readonly<Partial<Record<KubeQueryId, KubeQueryId | 'any'>>> = {
  kubePods: 'any',
  kubeServices: 'any',
  kubeNamespaces: 'any',
  kubeNodes: 'any',
  kubePodStates: 'kubePods',
  kubePodContainers: 'kubePods',
  kubeReplicaSets: 'kubeDeployments',
  kubeJobOwners: 'kubeJobs',
  kubeNamespaceStates: 'kubeNamespaces',
  kubeClaimStates: 'kubeClaims',
  kubeVolumeStates: 'kubeVolumes',
  kubeNodeStates: 'kubeNodes',
};

/** One of them is enough: which one is exported has changed between releases. */
const ENDPOINTS = ['kube_endpoint_address', 'kube_endpointslice_endpoints'] as const;

/** What a picture of Kubernetes' objects lacks, and what would bring it. */
export function* kubeNotices(
  vectors: Vectors,
  clusters: HostClusters,
  clusterLabel = DEFAULT_CLUSTER_LABEL,
): Steps<readonly Notice[]> {
  const families = yield* familiesByCluster(vectors, clusterLabel);
  if (families.size === 0) {
    const failed = KUBE_QUERY_IDS.some((id) => id in vectors && vectors[id] === undefined);
    return failed ? [] : [NOTHING_FOUND];
  }
  return [
    ...missingFamilies(vectors, families),
    ...hostsOfNoCluster(clusters, clusterLabel),
    ...((vectors.exporters?.size ?? 0) > 0 ? [] : [NO_EXPORTERS]),
  ];
}

const NOTHING_FOUND: Notice = {
  severity: 'warning',
  message: 'No series of kube-state-metrics (kube_pod_info and others) at this time.',
  action:
    'Is kube-state-metrics running, and scraped by this Prometheus? Without it only pods are shown, by what their containers say.',
};

const NO_EXPORTERS: Notice = {
  severity: 'warning',
  message: 'kube-state-metrics is scraped, but no Toposcope exporter: who talks to whom is not known.',
  action: 'Run the exporter on every node (see its DaemonSet), and have this Prometheus scrape it.',
};

function missingFamilies(
  vectors: Vectors,
  families: ReadonlyMap<string, ReadonlySet<string>>,
): readonly Notice[] {
  const clustersOf = new Map<string, string[]>();
  for (const [cluster, present] of families) {
    const missing = missingAmong(vectors, present).join(', ');
    clustersOf.set(missing, [...(clustersOf.get(missing) ?? []), cluster]);
  }
  clustersOf.delete('');
  return [...clustersOf]
    .sort(([a], [b]) => compareText(a, b))
    .map(([missing, clusters]) => {
      const names = clusters.filter((name) => name !== '').sort(compareText);
      const whose = clusters.length < families.size && names.length > 0 ? ` of ${names.join(', ')}` : '';
      return {
        severity: 'warning',
        message: `kube-state-metrics${whose} does not export ${missing}: what they tell is missing here.`,
        action:
          'Update it to 2.6 or later, or let it export them: its flags --resources and --metric-allowlist, its rights, and metric_relabel_configs may keep them out.',
      };
    });
}

function missingAmong(vectors: Vectors, present: ReadonlySet<string>): readonly string[] {
  const isThere = (id: KubeQueryId) => familiesOf(id).some((family) => present.has(family));
  const missing = KUBE_QUERY_IDS.flatMap((id) => {
    const companion = COMES_WITH[id];
    const isDue = isThere(id) || companion === 'any' || (companion !== undefined && isThere(companion));
    return vectors[id] === undefined || !isDue
      ? []
      : KUBE_FAMILIES[id].always.filter((family) => !present.has(family));
  });
  const lacksEndpoints =
    vectors.kubeEndpoints !== undefined &&
    isThere('kubeServices') &&
    !ENDPOINTS.some((family) => present.has(family));
  return lacksEndpoints ? [...missing, ENDPOINTS.join(' or ')] : missing;
}

function familiesOf(id: KubeQueryId): readonly string[] {
  const { always, more = [] }: { always: readonly string[]; more?: readonly string[] } = KUBE_FAMILIES[id];
  return [...always, ...more];
}

function* familiesByCluster(
  vectors: Vectors,
  clusterLabel: string,
): Steps<ReadonlyMap<string, ReadonlySet<string>>> {
  const families = new Map<string, Set<string>>();
  for (const id of KUBE_QUERY_IDS) {
    yield* eachKubeRow(vectors[id], clusterLabel, ({ family, cluster }) => {
      const known = families.get(cluster);
      if (known === undefined) {
        families.set(cluster, new Set([family]));
      } else {
        known.add(family);
      }
    });
  }
  return families;
}

function hostsOfNoCluster({ unknown }: HostClusters, clusterLabel: string): readonly Notice[] {
  return unknown.length === 0
    ? []
    : [
        {
          severity: 'warning',
          message: `Which cluster these hosts belong to is not known, so the Services that are dialled there are not: ${unknown.slice(0, 5).join(', ')}${unknown.length > 5 ? ` and ${unknown.length - 5} more` : ''}.`,
          action: `Give the exporters’ targets the label ${clusterLabel} that the series of kube-state-metrics carry.`,
        },
      ];
}
