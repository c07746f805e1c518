import { addressHost, addressWorkload, portWorkload } from './recordings/address-owners.js';
import { containerWorkload } from './recordings/container-workload.js';
import { edgeClient, edgeOutsideClient, edgeServer } from './recordings/edge-ends.js';
import {
  workloadEdgeFailed,
  workloadEdgeOpen,
  workloadEdgeOpened,
  workloadEdgeRequestBytes,
  workloadEdgeResponseBytes,
  workloadEdgeRetransmits,
  workloadEdgeRtt,
} from './recordings/workload-edges.js';
import type { Recording } from './rule.js';

/** Every recording rule in the order of evaluation: a rule reads only what stands above it. */
export const RECORDINGS: readonly Recording[] = [
  containerWorkload,
  addressHost,
  addressWorkload,
  portWorkload,
  edgeClient,
  edgeServer,
  edgeOutsideClient,
  workloadEdgeOpen,
  workloadEdgeOpened,
  workloadEdgeFailed,
  workloadEdgeRequestBytes,
  workloadEdgeResponseBytes,
  workloadEdgeRetransmits,
  workloadEdgeRtt,
];
