import type { DataFrame } from '@grafana/data';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';

/** The topology that the data source put beside its frames. */
export function topologyOf(series: readonly DataFrame[]): Topology | undefined {
  for (const { meta } of series) {
    const topology = (meta?.custom as { topology?: Topology } | undefined)?.topology;
    if (topology) {
      return topology;
    }
  }
  return undefined;
}
