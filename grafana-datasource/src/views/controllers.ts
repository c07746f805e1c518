import type { Controller } from '../graph/kubernetes/controllers';
import { type PodLabels, readPodLabels, sharedLabels } from '../graph/kubernetes/pod-labels';
import type { Pod } from '../graph/kubernetes/pods';
import { compareText } from '../graph/order';
import type { NodeHealth, TopologyNode } from '../graph/topology';
import { worst } from '../graph/containers';
import { controllerFacts, type Counts, countsOf, isIdle } from './controller-facts';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, plural } from './facts';
import {
  groupOf,
  hostNetworkFacts,
  imageFacts,
  kubeNodeRelative,
  namespaceRelative,
  placeFacts,
  podRelatives,
  serviceRelatives,
} from './kube-facts';
import { controllerNodeId, podNodeId } from './kube-node-ids';
import {
  append,
  KUBE_OWNER_QUERIES,
  KUBE_PLACEMENT_QUERIES,
  KubePlacement,
  podHealth,
  sortedPods,
} from './kube-placement';
import { podNode } from './pods';
import type { View, ViewInput } from './view';

/**
 * A node what runs pods: a Deployment, a DaemonSet, a StatefulSet, a Job, a CronJob with its Jobs, or an operator's
 * own. A pod that was made by itself is a node, too.
 */
export const controllersView: View = {
  id: 'controllers',
  showsKubernetes: true,
  queries: [
    ...KUBE_PLACEMENT_QUERIES,
    ...KUBE_OWNER_QUERIES,
    'kubeDaemonSets',
    'kubeStatefulSets',
    'kubeJobs',
    'kubeJobStates',
    'kubeCronJobs',
    'kubePodLabels',
    'containerLabels',
  ],
  edges: CONTAINER_EDGES,
  *read(input, nodes) {
    const placement = yield* KubePlacement.read(input, nodes);
    const { kubernetes } = placement;
    const labelsOf = yield* readPodLabels(input.vectors, kubernetes, input.options.clusterLabel);
    const members = new Map<Controller, Pod[]>();
    const loose: Pod[] = [];
    for (const pod of sortedPods(kubernetes.pods.values())) {
      const controller = kubernetes.controllers.of(pod);
      if (controller === undefined) {
        loose.push(pod);
      } else {
        append(members, controller, pod);
      }
    }
    yield;
    const all = [...kubernetes.controllers.all()];
    const add = (controller: Controller) => {
      const id = controllerNodeId(controller);
      return nodes.add(id, () => {
        const pods = members.get(controller) ?? [];
        return controllerNode(id, controller, { placement, pods, all, labelsOf });
      });
    };
    const addPod = (pod: Pod) => {
      const id = podNodeId(pod);
      return nodes.add(id, () => podNode(id, pod, placement));
    };
    for (const controller of all) {
      if (chooses(controller, members.get(controller) ?? [], placement, input)) {
        add(controller);
      }
    }
    yield;
    for (const pod of loose) {
      if (placement.chooses(pod)) {
        addPod(pod);
      }
    }
    return placement.placement((pod) => {
      const controller = kubernetes.controllers.of(pod);
      return controller === undefined ? addPod(pod) : add(controller);
    });
  },
};

/** By its pods; by itself where it has none now. What has nothing more to do is like a stopped container. */
function chooses(
  controller: Controller,
  pods: readonly Pod[],
  placement: KubePlacement,
  { options }: ViewInput,
): boolean {
  if (pods.some((pod) => placement.chooses(pod))) {
    return true;
  }
  const isStopped = controller.kind === 'job' && isIdle(controller);
  return (
    (isStopped ? options.stopped : options.running !== false) && placement.choosesObject(controller.namespace)
  );
}

interface Means {
  readonly placement: KubePlacement;
  readonly pods: readonly Pod[];
  readonly all: readonly Controller[];
  readonly labelsOf: (pod: Pod) => PodLabels;
}

function controllerNode(
  id: string,
  controller: Controller,
  { placement, pods, all, labelsOf }: Means,
): TopologyNode {
  const { kubernetes } = placement;
  const counts = countsOf(controller, pods);
  const nodesOf = [...new Set(pods.map(({ node }) => node))].filter((node) => node !== '').sort();
  const services = pods.flatMap((pod) => kubernetes.servicesOf(pod));
  return {
    id,
    kind: controller.kind,
    label: controller.name,
    sublabel: sublabelOf(controller, counts, pods.length),
    group: groupOf(controller),
    count: Math.max(1, pods.length),
    health: healthOf(controller, counts, pods, placement),
    facts: [
      ...placeFacts(controller),
      ...fact('kind', 'Kind', controller.type),
      ...controllerFacts(controller, counts, all),
      ...fact('pods', 'Pods', String(pods.length)),
      ...imageFacts(pods, kubernetes),
      ...fact('node', nodesOf.length === 1 ? 'Node' : 'Nodes', ...nodesOf),
      ...hostNetworkFacts(pods),
      ...fact('pod_labels', 'Pod labels', ...sharedLabels(pods.map(labelsOf))),
    ],
    metrics: placement.metricsOf(pods),
    relatives: [
      ...podRelatives(pods),
      ...serviceRelatives(services.sort((a, b) => compareText(a.name, b.name))),
      ...namespaceRelative(controller),
      ...nodesOf.flatMap((node) => kubeNodeRelative(controller.cluster, node)),
    ],
  };
}

function sublabelOf({ kind, object }: Controller, { desired, ready }: Counts, pods: number): string {
  if (kind === 'cronjob') {
    return object?.text('kube_cronjob_info', 'schedule') ?? '';
  }
  return desired === undefined
    ? plural(pods, 'pod')
    : `${ready ?? 0} of ${desired} ${kind === 'job' ? 'done' : 'ready'}`;
}

function healthOf(
  controller: Controller,
  { desired, ready }: Counts,
  pods: readonly Pod[],
  placement: KubePlacement,
): NodeHealth {
  const { kind, object } = controller;
  const ofPods = worst(pods.map((pod) => podHealth(pod, placement.containersOf([pod]))));
  if (kind === 'job' || kind === 'cronjob' || desired === undefined || ready === undefined) {
    const hasFailed =
      kind === 'job' &&
      object?.texts('kube_job_failed', (read) => read('condition')).includes('true') === true;
    return hasFailed ? 'critical' : isIdle(controller) ? 'stopped' : pods.length === 0 ? 'ok' : ofPods;
  }
  if (desired === 0) {
    return 'stopped';
  }
  return ready === 0 ? 'critical' : ready < desired ? 'warning' : ofPods === 'unknown' ? 'ok' : ofPods;
}
