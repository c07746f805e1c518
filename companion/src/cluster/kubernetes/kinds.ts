import type { ObjectActionName } from '../../protocol/action.js';
import type { ObjectKind, ObjectReference } from '../../protocol/objects.js';
import { Problem } from '../../protocol/problems.js';
import type { KubernetesObject } from './object-schema.js';

interface Kind {
  /** Where its API group begins. */
  readonly api: '/api/v1' | '/apis/apps/v1' | '/apis/batch/v1';
  readonly plural: string;
  /** What its objects call themselves. */
  readonly kind: string;
  readonly namespaced: boolean;
  /** What an object takes beside `describe`, in its present state. */
  readonly takes: (object: KubernetesObject) => readonly ObjectActionName[];
}

/** Kinds and what can be done to them. A new action on a kind is a word here and a case in `carry-out.ts`. */
const KINDS: Readonly<Record<ObjectKind, Kind>> = {
  pod: {
    api: '/api/v1',
    plural: 'pods',
    kind: 'Pod',
    namespaced: true,
    takes: ({ metadata }) =>
      metadata.deletionTimestamp === undefined ? ['workload-logs', 'delete-pod'] : ['workload-logs'],
  },
  deployment: {
    api: '/apis/apps/v1',
    plural: 'deployments',
    kind: 'Deployment',
    namespaced: true,
    takes: () => ['scale', 'rollout-restart'],
  },
  statefulset: {
    api: '/apis/apps/v1',
    plural: 'statefulsets',
    kind: 'StatefulSet',
    namespaced: true,
    takes: () => ['scale', 'rollout-restart'],
  },
  daemonset: {
    api: '/apis/apps/v1',
    plural: 'daemonsets',
    kind: 'DaemonSet',
    namespaced: true,
    takes: () => ['rollout-restart'],
  },
  job: { api: '/apis/batch/v1', plural: 'jobs', kind: 'Job', namespaced: true, takes: () => [] },
  cronjob: {
    api: '/apis/batch/v1',
    plural: 'cronjobs',
    kind: 'CronJob',
    namespaced: true,
    takes: ({ spec }) => [spec.suspend === true ? 'resume' : 'suspend'],
  },
  service: { api: '/api/v1', plural: 'services', kind: 'Service', namespaced: true, takes: () => [] },
  node: {
    api: '/api/v1',
    plural: 'nodes',
    kind: 'Node',
    namespaced: false,
    takes: ({ spec }) => [spec.unschedulable === true ? 'uncordon' : 'cordon'],
  },
};

export function kindOf(kind: ObjectKind): Kind {
  return KINDS[kind];
}

/** The object's path at the API server. Throws `bad-request` for a namespace that is missing or too much. */
export function pathOf({ kind, namespace, name }: ObjectReference): string {
  const { api, plural, namespaced } = KINDS[kind];
  if (namespaced !== (namespace !== '')) {
    throw new Problem('bad-request', `A ${kind} has ${namespaced ? 'a' : 'no'} namespace.`);
  }
  return `${api}${namespaced ? `/namespaces/${namespace}` : ''}/${plural}/${name}`;
}
