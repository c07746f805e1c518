import type { Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';

export const RESOURCES = ['cpu', 'memory'] as const;
export type Resource = (typeof RESOURCES)[number];

/** A box of one row; its children lie on it in the next. */
export interface Box {
  readonly id: string;
  readonly label: string;
  /** The view that its card belongs to. */
  readonly view: Topology['view'];
  /** In the metric's unit; null: not measured. */
  readonly used: number | null;
  /** What it is a part of: its own limit or the host's capacity; null: not known. */
  readonly capacity: number | null;
  /** CPU or memory of the host that it is on, and where of it the box lies: shares of the host's capacity. */
  readonly start: number;
  readonly width: number;
  readonly children: readonly Box[];
}

export interface Resources {
  /** By name. */
  readonly hosts: readonly Box[];
  readonly unit: string;
}

/**
 * Hosts with their containers on them, and the containers' processes on those: each as wide as what it uses of the
 * host's capacity. What together uses more than there is (figures are of slightly different moments) is made to fit.
 */
export function boxesOf(
  hosts: Topology,
  containers: Topology | undefined,
  processes: Topology | undefined,
  resource: Resource,
): Resources {
  const containersOf = membersBy(containers, 'hosts');
  const processesOf = membersBy(processes, 'containers');
  const boxes = hosts.nodes
    .filter(({ kind }) => kind === 'host')
    .map((host): Box => {
      const { used, whole } = hostFigureOf(host, resource);
      const members = containersOf.get(host.id) ?? [];
      const parts = members.map((node) => ({ node, used: figureOf(node, resource).used }));
      const capacity = whole ?? used ?? 0;
      return {
        ...{ id: host.id, label: host.label, view: hosts.view, used, capacity: whole, start: 0, width: 1 },
        children: lay(parts, capacity, 0, 1, 'containers', resource, processesOf),
      };
    });
  return {
    hosts: boxes.sort((a, b) => (a.label < b.label ? -1 : 1)),
    unit: resource === 'cpu' ? 'suffix:cores' : 'bytes',
  };
}

function lay(
  parts: readonly { readonly node: TopologyNode; readonly used: number | null }[],
  capacity: number,
  start: number,
  room: number,
  view: Topology['view'],
  resource: Resource,
  membersOf: ReadonlyMap<string, readonly TopologyNode[]>,
): Box[] {
  const measured = parts.filter((part): part is { node: TopologyNode; used: number } => (part.used ?? 0) > 0);
  const sum = measured.reduce((total, { used }) => total + used, 0);
  const scale = capacity > 0 ? Math.min(1 / capacity, room / (sum || 1)) : 0;
  let at = start;
  return measured
    .sort((a, b) => b.used - a.used || (a.node.id < b.node.id ? -1 : 1))
    .map(({ node, used }) => {
      const width = used * scale;
      const box: Box = {
        ...{ id: node.id, label: node.label, view, used, capacity: figureOf(node, resource).whole },
        ...{ start: at, width },
        children: lay(
          (membersOf.get(node.id) ?? []).map((member) => ({
            node: member,
            used: figureOf(member, resource).used,
          })),
          capacity,
          at,
          width,
          'processes',
          resource,
          NO_MEMBERS,
        ),
      };
      at += width;
      return box;
    });
}

const NO_MEMBERS: ReadonlyMap<string, readonly TopologyNode[]> = new Map();

function membersBy(topology: Topology | undefined, view: Topology['view']): Map<string, TopologyNode[]> {
  const members = new Map<string, TopologyNode[]>();
  for (const node of topology?.nodes ?? []) {
    for (const relative of node.relatives) {
      if (relative.view === view) {
        members.set(relative.id, [...(members.get(relative.id) ?? []), node]);
      }
    }
  }
  return members;
}

/** A host's CPU is a share of its cores, which its load is measured against. */
function hostFigureOf(host: TopologyNode, resource: Resource): Figure {
  const { used, whole } = figureOf(host, resource);
  const cores = host.metrics.find(({ key }) => key === 'load1')?.limit ?? null;
  return resource === 'memory' || used === null || cores === null
    ? { used, whole }
    : { used: used * cores, whole: cores };
}

interface Figure {
  readonly used: number | null;
  readonly whole: number | null;
}

function figureOf(node: TopologyNode, resource: Resource): Figure {
  const metric = node.metrics.find(({ key }) => key === resource);
  return { used: metric?.value ?? null, whole: metric?.limit ?? null };
}
