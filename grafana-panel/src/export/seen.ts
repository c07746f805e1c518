import type { Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';

/** A fact's values; none where the node has no such fact. */
export function factValues({ facts }: TopologyNode, key: string): readonly string[] {
  return facts.find((fact) => fact.key === key)?.values ?? [];
}

/** When what a picture shows was seen. */
export function whenSeen({ at, since }: Topology): string {
  const end = new Date(at).toISOString();
  return since === undefined ? `at ${end}` : `from ${new Date(since).toISOString()} to ${end}`;
}

/** YAML comments, one a line; what names hold cannot end one. */
export function commentOf(lines: readonly string[]): string {
  return lines.map((text) => ` ${text.replaceAll(/\s+/g, ' ')}`).join('\n');
}

/** kubectl and Compose read YAML 1.1, in which `on`, `no` and `y` are no texts unless they are quoted. */
export const YAML_OPTIONS = { aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;
