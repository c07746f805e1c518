import type { DataFrame } from '@grafana/data';
import * as z from 'zod/mini';
import type { Steps } from '../graph/steps';
import type { Topology } from '../graph/topology';
import { edgesFrame } from './edges-frame';
import { nodesFrame } from './nodes-frame';
import { topologySchema } from './topology-schema';

/**
 * Marks a topology that this page's data source has made. A symbol does not survive JSON, so that what comes from a
 * snapshot is checked, and what was just built is not checked again. Shared by name, since data source and panel are
 * two bundles.
 */
const CHECKED = Symbol.for('toposcope.topology/1');

/** The frames of a picture: Grafana's own node graph reads their fields, our panel the topology in the first's meta. */
export function* topologyFrames(topology: Topology, refId: string): Steps<DataFrame[]> {
  const marked: Topology = Object.defineProperty({ ...topology }, CHECKED, { value: true });
  const nodes = yield* nodesFrame(topology);
  const edges = yield* edgesFrame(topology);
  return [
    { ...nodes, refId, meta: { ...nodes.meta, custom: { topology: marked } } },
    { ...edges, refId },
  ];
}

/** A frame carries something under the name of a topology that is none, such as one of a newer version. */
export class TopologyFormatError extends Error {
  override readonly name = 'TopologyFormatError';
}

/**
 * The topology among a panel's frames, or undefined when no frame carries one.
 *
 * @throws TopologyFormatError when what a frame carries is not a topology of this version.
 */
export function topologyFromFrames(series: readonly DataFrame[]): Topology | undefined {
  for (const { meta } of series) {
    const carried = meta?.custom?.topology as unknown;
    if (carried !== undefined) {
      return isChecked(carried) ? carried : checked(carried);
    }
  }
  return undefined;
}

function isChecked(carried: unknown): carried is Topology {
  return typeof carried === 'object' && carried !== null && CHECKED in carried;
}

function checked(carried: unknown): Topology {
  const { success, data, error } = topologySchema.safeParse(carried);
  if (!success) {
    throw new TopologyFormatError(
      `The topology in this data is of another version, or damaged: ${z.prettifyError(error)}`,
      { cause: error },
    );
  }
  return data;
}
