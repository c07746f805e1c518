import type { Steps } from '../steps';
import type { Vectors } from '../vectors';
import { eachKubeRow, type KubeObject, kubeKey, readKubeObjects } from './kube-objects';
import type { Owner, Pod } from './pods';

export type ControllerKind = 'deployment' | 'daemonset' | 'statefulset' | 'job' | 'cronjob' | 'controller';

/** What runs pods, at the top of the chain: the Deployment above a ReplicaSet, the CronJob above a Job. */
export interface Controller {
  readonly kind: ControllerKind;
  /** As Kubernetes writes it: `Deployment`, or an operator's own kind. */
  readonly type: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** What kube-state-metrics says of it; undefined where only its pods name it. */
  readonly object: KubeObject | undefined;
  /** Of a CronJob: its Jobs. */
  readonly jobs: readonly KubeObject[];
}

const KINDS = {
  Deployment: { kind: 'deployment', queries: ['kubeDeployments'], label: 'deployment' },
  DaemonSet: { kind: 'daemonset', queries: ['kubeDaemonSets'], label: 'daemonset' },
  StatefulSet: { kind: 'statefulset', queries: ['kubeStatefulSets'], label: 'statefulset' },
  Job: { kind: 'job', queries: ['kubeJobs', 'kubeJobStates'], label: 'job_name' },
  CronJob: { kind: 'cronjob', queries: ['kubeCronJobs'], label: 'cronjob' },
} as const;

/** A pod of a node's own files is its own controller's: the kubelet's. */
const NO_CONTROLLER = new Set(['', 'Node']);
/** What a Deployment adds to its name for a ReplicaSet's. */
const TEMPLATE_HASH = /-[a-z0-9]{1,10}$/;

/** All controllers, and whose a pod is. */
export class Controllers {
  readonly #byKey: Map<string, Controller>;
  readonly #replicaSets: ReadonlyMap<string, Owner>;
  readonly #jobs: ReadonlyMap<string, Owner>;

  private constructor(
    byKey: Map<string, Controller>,
    replicaSets: ReadonlyMap<string, Owner>,
    jobs: ReadonlyMap<string, Owner>,
  ) {
    this.#byKey = byKey;
    this.#replicaSets = replicaSets;
    this.#jobs = jobs;
  }

  static *read(vectors: Vectors, clusterLabel: string): Steps<Controllers> {
    const jobOwners = yield* readOwners(vectors.kubeJobOwners, clusterLabel, 'job_name');
    const byKey = new Map<string, Controller>();
    const jobsOf = new Map<string, KubeObject[]>();
    for (const [type, { kind, queries, label }] of Object.entries(KINDS)) {
      const objects = yield* readKubeObjects(
        queries.map((query) => vectors[query]),
        clusterLabel,
        label,
      );
      for (const [key, object] of objects) {
        const { cluster, namespace, name } = object;
        const owner = kind === 'job' ? jobOwners.get(key) : undefined;
        if (owner?.kind === 'CronJob') {
          const cronJob = typedKey('CronJob', kubeKey(cluster, namespace, owner.name));
          jobsOf.set(cronJob, [...(jobsOf.get(cronJob) ?? []), object]);
        } else {
          const jobs = jobsOf.get(typedKey(type, key)) ?? [];
          byKey.set(typedKey(type, key), { kind, type, cluster, namespace, name, object, jobs });
        }
      }
    }
    return new Controllers(
      byKey,
      yield* readOwners(vectors.kubeReplicaSets, clusterLabel, 'replicaset'),
      jobOwners,
    );
  }

  all(): Iterable<Controller> {
    return this.#byKey.values();
  }

  /** Undefined for a pod that was made by itself. */
  of(pod: Pod): Controller | undefined {
    const { owner, cluster, namespace } = pod;
    const top = owner === undefined ? undefined : this.#top(cluster, namespace, owner);
    if (top === undefined || NO_CONTROLLER.has(top.kind)) {
      return undefined;
    }
    const key = typedKey(top.kind, kubeKey(cluster, namespace, top.name));
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const made: Controller = {
      kind: kindOf(top.kind),
      type: top.kind,
      cluster,
      namespace,
      name: top.name,
      object: undefined,
      jobs: [],
    };
    this.#byKey.set(key, made);
    return made;
  }

  #top(cluster: string, namespace: string, owner: Owner): Owner {
    const key = kubeKey(cluster, namespace, owner.name);
    if (owner.kind === 'Job') {
      return this.#jobs.get(key) ?? owner;
    }
    return owner.kind === 'ReplicaSet'
      ? (this.#replicaSets.get(key) ?? this.#deploymentOf(cluster, namespace, owner))
      : owner;
  }

  /** Where kube-state-metrics does not tell whose a ReplicaSet is, its name does, if there is such a Deployment. */
  #deploymentOf(cluster: string, namespace: string, replicaSet: Owner): Owner {
    const name = replicaSet.name.replace(TEMPLATE_HASH, '');
    return this.#byKey.has(typedKey('Deployment', kubeKey(cluster, namespace, name)))
      ? { kind: 'Deployment', name }
      : replicaSet;
  }
}

function kindOf(type: string): ControllerKind {
  return Object.hasOwn(KINDS, type) ? KINDS[type as keyof typeof KINDS].kind : 'controller';
}

function typedKey(type: string, key: string): string {
  return `${type}\n${key}`;
}

/** By the `kubeKey` of what is owned; what has no owner is left out. */
function* readOwners(
  vector: Vectors['kubeJobOwners'],
  clusterLabel: string,
  name: string,
): Steps<ReadonlyMap<string, Owner>> {
  const owners = new Map<string, Owner>();
  yield* eachKubeRow(vector, clusterLabel, ({ cluster, read }) => {
    const owner = { kind: read('owner_kind'), name: read('owner_name') };
    if (owner.kind !== '' && owner.kind !== '<none>' && owner.name !== '') {
      owners.set(kubeKey(cluster, read('namespace'), read(name)), owner);
    }
  });
  return owners;
}
