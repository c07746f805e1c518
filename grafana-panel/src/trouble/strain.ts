import type { Metric, Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';

/** A metric from so much of its limit on is near it: CPU, memory, tasks, open files. */
const NEAR_LIMIT = 0.9;
/** Metrics that tell of strain otherwise, by their keys. */
const THRESHOLDS: Readonly<Record<string, Threshold>> = {
  // What waits for a processor, as many again as run: a short peak is none of five minutes.
  load5: { from: 2, of: 'limit' },
  // That of one minute and that of fifteen tell the same, too soon and too late.
  load1: { from: Infinity, of: 'limit' },
  load15: { from: Infinity, of: 'limit' },
  // Shares of the time: whoever waits for memory is close to being killed, the others are only slow.
  pressure_cpu: { from: 0.5, of: 'one' },
  pressure_io: { from: 0.5, of: 'one' },
  pressure_memory: { from: 0.1, of: 'one' },
  throttled: { from: 0.25, of: 'one' },
};

interface Threshold {
  readonly from: number;
  readonly of: 'limit' | 'one';
}

/** The metrics of a node that are near a limit, or say that it waits: what stands out without any alert rule. */
export function strainsOf({ health, metrics }: TopologyNode): readonly Metric[] {
  return health === 'stopped' ? [] : metrics.filter(isStrained);
}

function isStrained({ key, value, limit }: Metric): boolean {
  const { from, of } = THRESHOLDS[key] ?? { from: NEAR_LIMIT, of: 'limit' };
  const whole = of === 'one' ? 1 : limit;
  return value !== null && whole !== null && whole > 0 && value / whole >= from;
}

/** The same with a warning on each node that is strained and not in worse trouble. */
export function withStrain(topology: Topology): Topology {
  return {
    ...topology,
    nodes: topology.nodes.map((node) =>
      (node.health === 'ok' || node.health === 'unknown') && strainsOf(node).length > 0
        ? { ...node, health: 'warning' }
        : node,
    ),
  };
}
