import { eachRow } from '../indexes';
import { compareText } from '../order';
import type { Steps } from '../steps';
import type { Vectors } from '../vectors';
import { eachKubeRow } from './kube-objects';

/** Which cluster the hosts that run pods belong to. */
export interface HostClusters {
  /** The host's cluster; undefined where it runs no pods, or where that cannot be said. */
  of(host: string): string | undefined;
  /** Whether the exporter's own series carry the cluster's label there, for PromQL. */
  isLabelled(host: string): boolean;
  /** Hosts that run pods, of no cluster that could be told; sorted. */
  readonly unknown: readonly string[];
}

/**
 * By the label on the exporters' series; where they have none, by the pods that run there, which kube-state-metrics knows
 * by their uid; and where it knows but one cluster, it is that one.
 */
export function* readHostClusters(vectors: Vectors, clusterLabel: string): Steps<HostClusters> {
  const labelled = new Map<string, Set<string>>();
  yield* eachRow(vectors.kubernetesHosts, (read) => {
    addTo(labelled, read('host'), read(clusterLabel));
  });
  const clusters = new Set<string>();
  const byUid = new Map<string, string>();
  yield* eachKubeRow(vectors.kubePods, clusterLabel, ({ cluster, read }) => {
    clusters.add(cluster);
    byUid.set(read('uid'), cluster);
  });
  yield* eachKubeRow(vectors.kubeServices, clusterLabel, ({ cluster }) => {
    clusters.add(cluster);
  });
  const byPods = new Map<string, Set<string>>();
  yield* eachRow(vectors.containerWorkload, (read) => {
    const cluster = byUid.get(read('pod_uid'));
    if (read('pod_uid') !== '' && cluster !== undefined) {
      addTo(byPods, read('host'), cluster);
    }
  });
  const only = [...clusters].sort(compareText);
  const of = (host: string): string | undefined => {
    const own = labelled.get(host);
    if (own === undefined) {
      return undefined;
    }
    const [first, ...others] = [...own].filter((cluster) => cluster !== '');
    if (first !== undefined) {
      return others.length === 0 ? first : undefined;
    }
    return single(byPods.get(host) ?? []) ?? (only.length < 2 ? (only[0] ?? '') : undefined);
  };
  return {
    of,
    unknown: [...labelled.keys()].filter((host) => of(host) === undefined).sort(compareText),
    isLabelled: (host) => [...(labelled.get(host) ?? [])].some((cluster) => cluster !== ''),
  };
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key);
  if (known === undefined) {
    sets.set(key, new Set([value]));
  } else {
    known.add(value);
  }
}

function single(values: Iterable<string>): string | undefined {
  const [first, ...others] = values;
  return others.length === 0 ? first : undefined;
}
