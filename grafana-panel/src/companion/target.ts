import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';

/** What actions are for: a container, or a host where `container` is empty. */
export interface Target {
  readonly host: string;
  /** All 64 digits of the id. */
  readonly container: string;
  readonly name: string;
  /** The runtime's word, such as `running`; empty where it is not known. */
  readonly state: string;
}

/** Undefined for what nothing can be done to: a group, an address, a thing of the past without an id. */
export function targetOf({
  kind,
  label,
  facts,
}: Pick<TopologyNode, 'kind' | 'label' | 'facts'>): Target | undefined {
  const fact = (key: string) => facts.find((candidate) => candidate.key === key)?.values[0] ?? '';
  if (kind === 'host') {
    return { host: label, container: '', name: label, state: '' };
  }
  if (kind !== 'container' || fact('id') === '' || fact('host') === '') {
    return undefined;
  }
  return { host: fact('host'), container: fact('id'), name: label, state: fact('state') };
}
