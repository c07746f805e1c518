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
  /** It is what nobody measured has used. */
  readonly isRest?: boolean;
}

/** Less than this share of a host is not told: figures are of slightly different moments. */
const LEAST_REST = 0.02;

export interface Resources {
  /** By name. */
  readonly hosts: readonly Box[];
  readonly unit: string;
}

/** The room of a host's row: what it has, or what containers and processes use of it, where that is little. */
export const SCALES = ['capacity', 'use'] as const;
export type ResourceScale = (typeof SCALES)[number];

/**
 * Hosts with their containers on them, and the containers' processes on those: each as wide as what it uses of the
 * host's capacity, or of all that they use. What runs outside containers lies together on a box of its own; of the
 * capacity, what the host uses besides comes last. What together uses more than there is (figures are of slightly
 * different moments) is made to fit.
 */
export function boxesOf(
  hosts: Topology,
  containers: Topology | undefined,
  processes: Topology | undefined,
  resource: Resource,
  scale: ResourceScale,
): Resources {
  const containersOf = membersBy(containers?.nodes ?? [], 'hosts');
  const processesOf = membersBy(processes?.nodes ?? [], 'containers');
  const loose = (processes?.nodes ?? []).filter(
    ({ relatives }) => !relatives.some(({ view }) => view === 'containers'),
  );
  const looseOf = membersBy(loose, 'hosts');
  const boxes = hosts.nodes
    .filter(({ kind }) => kind === 'host')
    .map((host): Box => {
      const { used, whole } = hostFigureOf(host, resource);
      const parts = (containersOf.get(host.id) ?? [])
        .filter(({ kind }) => kind !== 'uncontained')
        .map((node) => partOf(node, 'containers', resource, processesOf.get(node.id) ?? []));
      const outside = outsidePart(host, hosts.view, (looseOf.get(host.id) ?? []).map(processPart(resource)));
      const all = outside === undefined ? parts : [...parts, outside];
      // Before all is known, everything would seem to be the rest.
      const isKnown = containers !== undefined && processes !== undefined;
      const isOfCapacity = scale === 'capacity';
      const rest = isKnown && isOfCapacity ? restPart(host, hosts.view, used, whole, sumOf(all)) : [];
      const capacity = isOfCapacity ? (whole ?? used ?? 0) : sumOf(all);
      const told = lay(all, capacity, 0, 1);
      const end = told.at(-1);
      const from = end ? end.start + end.width : 0;
      return {
        ...{ id: host.id, label: host.label, view: hosts.view, used, capacity: whole, start: 0, width: 1 },
        children: [...told, ...lay(rest, capacity, from, 1 - from)],
      };
    });
  return {
    hosts: boxes.sort((a, b) => (a.label < b.label ? -1 : 1)),
    unit: resource === 'cpu' ? 'suffix:cores' : 'bytes',
  };
}

type Part = Omit<Box, 'start' | 'width' | 'children'> & { readonly parts: readonly Part[] };

/** What is not measured as a whole, such as memory where the kernel does not count it, is what its processes use. */
function partOf(
  node: TopologyNode,
  view: Topology['view'],
  resource: Resource,
  members: readonly TopologyNode[],
): Part {
  const parts = members.map(processPart(resource));
  const { used, whole } = figureOf(node, resource);
  return {
    id: node.id,
    label: node.label,
    view,
    used: used ?? (sumOf(parts) || null),
    capacity: whole,
    parts,
  };
}

function processPart(resource: Resource): (node: TopologyNode) => Part {
  return (node) => partOf(node, 'processes', resource, []);
}

/** Its card is the host's. */
function outsidePart(host: TopologyNode, view: Topology['view'], parts: readonly Part[]): Part | undefined {
  const used = sumOf(parts);
  return used === 0
    ? undefined
    : { id: host.id, label: 'Outside containers', view, used, capacity: null, parts };
}

/** What the host uses and nobody measured has: the kernel's, and what processes used that are gone. */
function restPart(
  host: TopologyNode,
  view: Topology['view'],
  used: number | null,
  whole: number | null,
  told: number,
): readonly Part[] {
  const rest = (used ?? 0) - told;
  return told > 0 && whole !== null && rest > whole * LEAST_REST
    ? [{ id: host.id, label: 'The rest', view, used: rest, capacity: null, parts: [], isRest: true }]
    : [];
}

function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { used }) => sum + (used ?? 0), 0);
}

function lay(parts: readonly Part[], capacity: number, start: number, room: number): Box[] {
  const measured = parts.filter(({ used }) => (used ?? 0) > 0);
  const scale = capacity > 0 ? Math.min(1 / capacity, room / (sumOf(measured) || 1)) : 0;
  let at = start;
  return measured
    .sort((a, b) => (b.used ?? 0) - (a.used ?? 0) || (a.id < b.id ? -1 : 1))
    .map(({ parts: inner, ...part }) => {
      const width = (part.used ?? 0) * scale;
      const box: Box = { ...part, start: at, width, children: lay(inner, capacity, at, width) };
      at += width;
      return box;
    });
}

function membersBy(
  nodes: readonly TopologyNode[],
  view: Topology['view'],
): ReadonlyMap<string, readonly TopologyNode[]> {
  const members = new Map<string, TopologyNode[]>();
  for (const node of nodes) {
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
