import { SELECTOR_LABELS } from '../../promql/kube-families';
import { DEFAULT_CLUSTER_LABEL } from '../../promql/kube-queries';
import { containerKey } from '../containers';
import { eachRow, type Read } from '../indexes';
import { compareText } from '../order';
import type { Steps } from '../steps';
import type { Vectors } from '../vectors';
import type { Kubernetes } from './kubernetes';
import { eachKubeRow, kubeKey } from './kube-objects';
import { type Pod, podKey } from './pods';

/** `name=value`, sorted. */
export type PodLabels = readonly string[];

/**
 * Returns what tells the labels of a pod by which it may be selected: those that kube-state-metrics exports
 * (`--metric-labels-allowlist`), else those that the exporter does (`--container.labels`), where either was told to.
 */
export function* readPodLabels(
  vectors: Vectors,
  kubernetes: Kubernetes,
  clusterLabel = DEFAULT_CLUSTER_LABEL,
): Steps<(pod: Pod) => PodLabels> {
  const told = new Map<string, PodLabels>();
  yield* eachKubeRow(vectors.kubePodLabels, clusterLabel, ({ cluster, read }) => {
    told.set(`${kubeKey(cluster, read('namespace'), read('pod'))}\n${read('uid')}`, labelsIn(read));
  });
  const ofContainers = new Map<string, PodLabels>();
  yield* eachRow(vectors.containerLabels, (read) => {
    ofContainers.set(containerKey(read('host'), read('container_id')), labelsIn(read));
  });
  return (pod) => {
    const ofPod = told.get(`${podKey(pod)}\n${pod.uid}`) ?? [];
    return ofPod.length > 0
      ? ofPod
      : sharedLabels(
          kubernetes.containersOf(pod).map(({ host, id }) => ofContainers.get(containerKey(host, id)) ?? []),
        );
  };
}

/** The labels that all of them have. */
export function sharedLabels([first = [], ...others]: readonly PodLabels[]): PodLabels {
  return first.filter((label) => others.every((labels) => labels.includes(label)));
}

function labelsIn(read: Read): PodLabels {
  return Object.entries(SELECTOR_LABELS)
    .filter(([series]) => read(series) !== '')
    .map(([series, name]) => `${name}=${read(series)}`)
    .sort(compareText);
}
