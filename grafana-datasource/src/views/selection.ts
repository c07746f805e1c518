import { type Container, containerKey, departedContainers, isStopped } from '../graph/containers';
import { type Endpoint, isOutside } from '../graph/endpoint';
import { eachRow } from '../graph/indexes';
import type { Ends } from '../graph/resolve';
import type { Steps } from '../graph/steps';
import type { Vectors } from '../graph/vectors';
import { readWorkloads } from '../graph/workloads';
import type { QueryId } from '../promql/queries';
import { type ViewOptions } from './view';

/** What a selection by namespace or role needs besides what every view asks for. */
export function selectionQueries({ namespaces = [], containers = 'all' }: ViewOptions): readonly QueryId[] {
  return namespaces.length === 0 && containers === 'all' ? [] : ['containerWorkload', 'containerLabels'];
}

/** Which containers a picture shows, by the options of its query. */
export interface Selection {
  /** Whether the container may be in the picture at all. */
  shows(container: Container): boolean;
  /** Whether it is there by itself, not only for an edge's sake. */
  chooses(container: Container): boolean;
  /** The same for what runs in a container, or on a host outside containers where the id is empty. */
  showsIn(host: string, container: string): boolean;
  choosesIn(host: string, container: string): boolean;
  /** The same for an object of an orchestrator, by its namespace (empty: of none) and the hosts that it is on. */
  choosesObject(namespace: string, onHosts: readonly string[]): boolean;
  /** Whether an endpoint may be drawn. */
  showsEndpoint(endpoint: Endpoint): boolean;
  /** Whether a connection is among or with what was chosen. */
  keeps(ends: Ends): boolean;
}

export function* readSelection(
  vectors: Vectors,
  containers: ReadonlyMap<string, Container>,
  options: ViewOptions,
): Steps<Selection> {
  const { hosts, namespaces = [], containers: roles = 'all', running = true, stopped } = options;
  const departed = yield* departedContainers(vectors);
  const workloadOf = yield* readWorkloads(vectors);
  const marked = yield* markedAsSystem(vectors);
  const isSystem = systemTest(options.systemContainers ?? []);
  const [onHosts, inNamespaces] = [new Set(hosts), new Set(namespaces)];

  const shows = (container: Container): boolean => {
    if (isStopped(container) ? !stopped : !running) {
      return false;
    }
    if (roles === 'all') {
      return true;
    }
    const { namespace } = workloadOf(container.host, container.id);
    const system = marked.has(containerKey(container.host, container.id)) || isSystem(container, namespace);
    return system === (roles === 'system');
  };
  const isInNamespace = (host: string, id: string): boolean =>
    inNamespaces.size === 0 || inNamespaces.has(workloadOf(host, id).namespace);

  /** A container has many edges: what was found for one is found for all. */
  const known = new Map<string, Map<string, boolean>>();
  const showsContainer = (host: string, id: string): boolean => {
    let ofHost = known.get(host);
    if (ofHost === undefined) {
      ofHost = new Map();
      known.set(host, ofHost);
    }
    let shown = ofHost.get(id);
    if (shown === undefined) {
      const container = containers.get(containerKey(host, id));
      shown = container === undefined ? stopped || !departed(host, id) : shows(container);
      ofHost.set(id, shown);
    }
    return shown;
  };
  const isChosen = (end: Endpoint): boolean =>
    end.kind === 'container'
      ? isInNamespace(end.host, end.container)
      : (end.kind === 'pod' || end.kind === 'service') && inNamespaces.has(end.namespace);

  const isOnHost = (host: string): boolean => onHosts.size === 0 || onHosts.has(host);
  return {
    shows,
    chooses: (container) =>
      isOnHost(container.host) && isInNamespace(container.host, container.id) && shows(container),
    showsIn: (host, id) => id === '' || showsContainer(host, id),
    choosesIn: (host, id) =>
      isOnHost(host) &&
      (id === '' ? inNamespaces.size === 0 : isInNamespace(host, id) && showsContainer(host, id)),
    choosesObject: (namespace, on) =>
      (onHosts.size === 0 || on.some((host) => onHosts.has(host))) &&
      (inNamespaces.size === 0 || inNamespaces.has(namespace)) &&
      (roles === 'all' || SYSTEM_NAMESPACES.has(namespace) === (roles === 'system')),
    showsEndpoint: (endpoint) =>
      isOutside(endpoint) || endpoint.kind === 'host' || showsContainer(endpoint.host, endpoint.container),
    keeps: ({ client, server }) => inNamespaces.size === 0 || isChosen(client) || isChosen(server),
  };
}

/** Containers that carry the label `toposcope.role=system`, which the exporter must be told to export. */
function* markedAsSystem(vectors: Vectors): Steps<ReadonlySet<string>> {
  const marked = new Set<string>();
  yield* eachRow(vectors.containerLabels, (read) => {
    if (read('label_toposcope_role') === 'system') {
      marked.add(containerKey(read('host'), read('container_id')));
    }
  });
  return marked;
}

const SYSTEM_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease']);
/** Pods' own sandboxes, and this product. */
const SYSTEM_IMAGE =
  /(?:^|\/)(?:(?:mirrored-|podman-)?pause(?:-amd64|-arm64)?|toposcope[-/](?:exporter|companion|gateway|agent))(?:[:@]|$)/;

/** What runs the platform; the user's list adds names and images, in which `*` stands for anything. */
function systemTest(list: readonly string[]): (container: Container, namespace: string) => boolean {
  const patterns = list.filter((text) => text.trim() !== '').map(wildcard);
  return ({ name, image, imageReference }, namespace) =>
    SYSTEM_NAMESPACES.has(namespace) ||
    SYSTEM_IMAGE.test(imageReference) ||
    patterns.some((pattern) => pattern.test(name) || pattern.test(image) || pattern.test(imageReference));
}

function wildcard(text: string): RegExp {
  const parts = text
    .trim()
    .split('*')
    .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
