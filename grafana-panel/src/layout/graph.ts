/** What a layout needs to know of a topology, and nothing more. */
export interface LayoutGraph {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
  /** Too much for single lines: groups are drawn as blocks. */
  readonly clustered?: boolean;
}

export interface LayoutNode {
  readonly id: string;
  /** Nodes of one group are kept together; empty: none. */
  readonly group: string;
  /** Nodes of one block stand in its order; absent: in that of their ids. */
  readonly name?: string;
}

export interface LayoutEdge {
  readonly source: string;
  readonly target: string;
}

/** The centre of a node, in units that are CSS pixels at zoom 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Positions = ReadonlyMap<string, Point>;

/** Which way requests flow on the picture. */
export type Direction = 'right' | 'down';

/**
 * The same graph in one order whatever order it came in: nodes by id, edges by their ends, each pair once, without
 * self loops and without edges whose ends are missing. The same input in another order thus gives the same picture.
 */
export function canonicalGraph(graph: LayoutGraph): LayoutGraph {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = new Map<string, LayoutEdge>();
  for (const edge of graph.edges) {
    if (edge.source !== edge.target && nodes.has(edge.source) && nodes.has(edge.target)) {
      edges.set(`${edge.source}\n${edge.target}`, edge);
    }
  }
  return {
    nodes: [...nodes.values()].sort((a, b) => compareIds(a.id, b.id)),
    edges: [...edges.values()].sort(
      (a, b) => compareIds(a.source, b.source) || compareIds(a.target, b.target),
    ),
  };
}

/** By what people read, with numbers by their value, where there is something to read; else by id. */
export function compareNodes(a: LayoutNode, b: LayoutNode): number {
  const isNamed = a.name !== undefined && b.name !== undefined;
  return (isNamed ? compareNames(a.name, b.name) : 0) || compareIds(a.id, b.id);
}

/** `app-2` before `app-10`. */
export function compareNames(a: string, b: string): number {
  return NATURAL.compare(a, b) || compareIds(a, b);
}

// One locale for all, so that all browsers give the same picture.
const NATURAL = new Intl.Collator('en', { numeric: true });

/** Code unit order: the same in every browser and language, unlike `localeCompare`. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ids of the nodes that have an edge to another node. */
export function connectedIds(graph: LayoutGraph): Set<string> {
  const connected = new Set<string>();
  for (const { source, target } of graph.edges) {
    if (source !== target) {
      connected.add(source).add(target);
    }
  }
  return connected;
}
