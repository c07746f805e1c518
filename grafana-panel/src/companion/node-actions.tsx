import type React from 'react';
import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';

export interface NodeActionsProps {
  readonly node: TopologyNode;
}

/** What may be done to a node: the buttons at the top of its card. Nothing until a companion is asked. */
export const NodeActions: React.FC<NodeActionsProps> = () => null;
