export type { TopologySpec } from 'toposcope-topology-datasource/query';
export { VIEW_IDS } from 'toposcope-topology-datasource/graph/topology';
