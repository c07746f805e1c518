import { containerWorkloadInfo } from '@toposcope/exporter/contract/container-families.js';
import { type Container, isStopped } from '../graph/containers';
import { containerNodeId, nodeId } from '../graph/node-id';
import { readWorkloads, type Workload } from '../graph/workloads';
import { equals, type Matcher, selector } from '../promql/selector';
import { type ContainerGrouping, distinct, GROUP_QUERIES, placeGroups } from './container-groups';
import { CONTAINER_EDGES } from './edge-scopes';
import { fact, plural } from './facts';
import { standaloneContainer } from './standalone-container';
import { versionDrift } from './version-drift';
import type { View } from './view';

/**
 * A node what an orchestrator runs as one: a Compose or Swarm service, a pod. Namespaces keep them together. Containers
 * that no orchestrator runs are shown one by one.
 */
export const workloadsView: View = {
  id: 'workloads',
  queries: [...GROUP_QUERIES, 'containerWorkload'],
  edges: CONTAINER_EDGES,
  *read(input, nodes) {
    const workloadOf = yield* readWorkloads(input.vectors);
    return yield* placeGroups(input, nodes, byWorkload(workloadOf, input.options.scope));
  },
};

function byWorkload(
  workload: (host: string, container: string) => Workload,
  scope: readonly Matcher[],
): ContainerGrouping {
  const workloadOf = ({ host, id }: Container): Workload => workload(host, id);
  return {
    idOf: (container) => workloadId(container, workloadOf(container)),
    describe(members, id) {
      const [first] = members;
      const shown = first === undefined ? undefined : workloadOf(first);
      if (first === undefined || shown === undefined || !isWorkload(shown)) {
        return standaloneContainer(first, id);
      }
      const { orchestrator, namespace, kind } = shown;
      const running = members.filter((member) => !isStopped(member)).length;
      const images = distinct(members, ({ image }) => image);
      const hosts = distinct(members, ({ host }) => host);
      return {
        kind: 'workload',
        label: labelOf(shown),
        sublabel:
          running === members.length
            ? plural(running, 'container')
            : `${running} of ${plural(members.length, 'container')} running`,
        group: groupOf(shown),
        facts: [
          ...fact('orchestrator', 'Orchestrator', NAMES[orchestrator] ?? orchestrator),
          ...fact('namespace', NAMESPACES[orchestrator] ?? 'Namespace', namespace),
          ...fact('workload_kind', 'Kind', kind),
          ...fact('workload', 'Workload', labelOf(shown)),
          ...fact('running', 'Running', String(running)),
          ...fact('containers', 'Containers', String(members.length)),
          ...fact('instance', 'Instances', ...distinct(members, (member) => workloadOf(member).instance)),
          ...fact('image', images.length === 1 ? 'Image' : 'Images', ...images),
          ...versionDrift(members.map(({ image }) => image)),
          ...fact('host', hosts.length === 1 ? 'Host' : 'Hosts', ...hosts),
        ],
      };
    },
    membersExpression(members) {
      const [first] = members;
      const { orchestrator, namespace, namespaceLabel, kind, name } = first ? workloadOf(first) : NOTHING;
      return selector(containerWorkloadInfo, [
        ...scope,
        ...(first === undefined || name === '' ? [equals('container_id', first?.id ?? '')] : []),
        equals('orchestrator', orchestrator),
        equals(namespaceLabel, namespace),
        equals('workload_kind', kind),
        equals('workload', name),
      ]);
    },
  };
}

const NOTHING = { orchestrator: '', namespace: '', namespaceLabel: 'namespace', kind: '', name: '' };

/** How orchestrators are written, and what their namespaces are called. */
const NAMES: Readonly<Record<string, string>> = {
  compose: 'Compose',
  swarm: 'Swarm',
  kubernetes: 'Kubernetes',
  ecs: 'ECS',
  nomad: 'Nomad',
  mesos: 'Mesos',
};
const NAMESPACES: Readonly<Record<string, string>> = {
  compose: 'Project',
  swarm: 'Stack',
  ecs: 'Cluster',
};

function isWorkload({ orchestrator, name }: Workload): boolean {
  return orchestrator !== 'none' && name !== '';
}

function workloadId(container: Container, workload: Workload): string {
  const { orchestrator, namespace, kind, name } = workload;
  return isWorkload(workload)
    ? nodeId('workload', orchestrator, namespace, kind, name)
    : containerNodeId(container.host, container.id);
}

function groupOf({ orchestrator, namespace }: Workload): string {
  const name = NAMES[orchestrator] ?? orchestrator;
  return namespace === '' ? name : `${name} · ${namespace}`;
}

/** Swarm writes the stack's name before the service's. */
function labelOf({ namespace, name }: Workload): string {
  const prefix = `${namespace}_`;
  return namespace !== '' && name.startsWith(prefix) && name !== prefix ? name.slice(prefix.length) : name;
}
