import type { ObjectKind, ObjectPlace } from '@toposcope/companion/protocol/objects.js';
import type { NodeKind, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { visibleName } from './visible-name';

/** What actions are for: an object of a cluster, or a container, or a host where `container` is empty. */
export interface Target {
  /** Of an object, what its cluster is called; empty where the metrics do not name it. */
  readonly host: string;
  /** All 64 digits of the id. */
  readonly container: string;
  /** What it is called, as it can be shown. */
  readonly name: string;
  /** The runtime's word, such as `running`; empty where it is not known. */
  readonly state: string;
  readonly object?: ObjectPlace;
}

/** Undefined for what nothing can be done to: a group, an address, a thing of the past without an id. */
export function targetOf({
  kind,
  label,
  facts,
}: Pick<TopologyNode, 'kind' | 'label' | 'facts'>): Target | undefined {
  const name = visibleName(label);
  const fact = (key: string) => facts.find((candidate) => candidate.key === key)?.values[0] ?? '';
  if (kind === 'host') {
    return { host: label, container: '', name, state: '' };
  }
  const object = objectOf(kind, label, fact);
  if (object !== undefined) {
    return { host: object.cluster, container: '', name, state: '', object };
  }
  if (kind !== 'container' || fact('id') === '' || fact('host') === '') {
    return undefined;
  }
  return { host: fact('host'), container: fact('id'), name, state: fact('state') };
}

/** True where both are the same thing, whatever its state. */
export function isSameTarget(one: Target, other: Target): boolean {
  return targetKey(one) === targetKey(other);
}

/** The same for the same thing, and for no other. */
export function targetKey({ host, container, object }: Target): string {
  const { kind, namespace, name } = object ?? {};
  return JSON.stringify([host, container, kind, namespace, name]);
}

const OBJECT_KINDS: Partial<Record<NodeKind, ObjectKind>> = {
  pod: 'pod',
  deployment: 'deployment',
  daemonset: 'daemonset',
  statefulset: 'statefulset',
  job: 'job',
  cronjob: 'cronjob',
  service: 'service',
  node: 'node',
};

/** The object that a node of Kubernetes' views, or of the Workloads view, stands for. */
function objectOf(kind: NodeKind, label: string, fact: (key: string) => string): ObjectPlace | undefined {
  const cluster = fact('cluster');
  const namespace = fact('namespace');
  const ofKubernetes = OBJECT_KINDS[kind];
  if (ofKubernetes !== undefined) {
    return { cluster, kind: ofKubernetes, namespace, name: label };
  }
  if (kind !== 'workload') {
    return undefined;
  }
  switch (`${fact('orchestrator')} ${fact('workload_kind')}`) {
    case 'Swarm service':
      // The node is called as in the stack's file; the Swarm writes the stack's name before that.
      return {
        cluster,
        kind: 'service',
        namespace,
        name: namespace === '' ? label : `${namespace}_${label}`,
      };
    case 'Kubernetes pod':
      return { cluster, kind: 'pod', namespace, name: label };
    default:
      return undefined;
  }
}
