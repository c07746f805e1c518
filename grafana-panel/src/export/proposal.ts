import type { Topology, TopologyNode, ViewId } from 'toposcope-topology-datasource/graph/topology';
import { composeNetworks, isComposeService } from './compose-networks';
import { isOwnNamespace, isSelectable, namespacePolicies, podPolicies } from './network-policies';

interface Proposal {
  /** In the menu. */
  readonly label: string;
  /** Whether there is anything to propose for such a node. */
  readonly isFor: (node: TopologyNode) => boolean;
  readonly yamlOf: (topology: Topology) => string;
}

const PROPOSALS: Partial<Record<ViewId, Proposal>> = {
  namespaces: { label: 'Network policies (YAML)', isFor: isOwnNamespace, yamlOf: namespacePolicies },
  controllers: { label: 'Network policies (YAML)', isFor: isSelectable, yamlOf: podPolicies },
  workloads: { label: 'Compose networks (YAML)', isFor: isComposeService, yamlOf: composeNetworks },
};

/** What can be proposed to let in only whom the picture shows; undefined: nothing in this view. */
export function proposalFor({ view, nodes }: Topology): Proposal | undefined {
  const proposal = PROPOSALS[view];
  return proposal !== undefined && nodes.some(proposal.isFor) ? proposal : undefined;
}
