import type { Topology, TopologyNode, ViewId } from 'toposcope-topology-datasource/graph/topology';
import { composeNetworks, isComposeService } from './compose-networks';
import { isOwnNamespace, isSelectable, namespacePolicies, podPolicies } from './network-policies';

export type ProposalKey = 'policies-in' | 'policies-both' | 'compose-networks';

export interface Proposal {
  readonly key: ProposalKey;
  /** In the menu. */
  readonly label: string;
  /** Whether there is anything to propose for such a node. */
  readonly isFor: (node: TopologyNode) => boolean;
  readonly yamlOf: (topology: Topology) => string;
}

const PROPOSALS: Partial<Record<ViewId, readonly Proposal[]>> = {
  namespaces: policies(isOwnNamespace, namespacePolicies),
  controllers: policies(isSelectable, podPolicies),
  workloads: [
    {
      key: 'compose-networks',
      label: 'Compose networks (YAML)',
      isFor: isComposeService,
      yamlOf: composeNetworks,
    },
  ],
};

/** What can be proposed to let through only whom the picture shows; empty: nothing in this view. */
export function proposalsFor({ view, nodes }: Topology): readonly Proposal[] {
  return (PROPOSALS[view] ?? []).filter(({ isFor }) => nodes.some(isFor));
}

function policies(isFor: Proposal['isFor'], yamlOf: typeof namespacePolicies): readonly Proposal[] {
  return [
    {
      key: 'policies-in',
      label: 'Network policies (YAML)',
      isFor,
      yamlOf: (topology) => yamlOf(topology, 'in'),
    },
    {
      key: 'policies-both',
      label: 'Network policies for both ways (YAML)',
      isFor,
      yamlOf: (topology) => yamlOf(topology, 'both'),
    },
  ];
}
